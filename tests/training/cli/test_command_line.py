"""``python -m training``: the engine without the web."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from training import devices
from training.__main__ import main
from training.errors import SettingError

ROOT = Path(__file__).parents[3]
PENGUINS = ROOT / "samples" / "penguins" / "penguins.csv"
NODES = [
    {"id": "features", "layer": "Features"},
    {"id": "hidden", "layer": "Linear", "units": 8},
    {"id": "relu", "layer": "ReLU"},
]
ROLES = {"species": "target", "island": "feature", "bill_length_mm": "feature", "bill_depth_mm": "feature"}


NO_RUN = "nowhere holds no run: it has no recipe.json. Name the folder that was the --out of a fit."


def write_recipe(folder: Path, **fit) -> Path:
    document = {
        "version": 1,
        "data": {"task": "multiclass", "target": "species", "roles": ROLES},
        "network": {"main": NODES},
        "fit": {"epochs": 3, "batch_size": 64, "threads": 1, **fit},
    }
    path = folder / "recipe.json"
    path.write_text(json.dumps(document))
    return path


def test_fit_prints_events_and_leaves_report_and_bundle(tmp_path, capsys):
    status = main(
        ["fit", str(write_recipe(tmp_path)), "--table", str(PENGUINS), "--out", str(tmp_path / "run")]
    )

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert told[0]["kind"] == "started" and told[-1]["kind"] == "finished"
    assert [each["epoch"] for each in told if each["kind"] == "epoch"] == [1, 2, 3]
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["classes"] == ["Adelie", "Chinstrap", "Gentoo"]

    assert main(["evaluate", str(tmp_path / "run")]) == 0
    assert json.loads(capsys.readouterr().out) == report

    assert main(["predict", str(tmp_path / "run" / "bundle.zip"), str(PENGUINS)]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 344 and {row["prediction"] for row in rows} <= set(report["classes"])

    assert main(["resume", str(tmp_path / "run")]) == 0
    again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert again[0]["kind"] == "resumed" and again[-1]["metrics"] == told[-1]["metrics"]


def test_a_table_named_in_the_recipe_lies_beside_it(tmp_path, capsys):
    recipe = write_recipe(tmp_path)
    document = json.loads(recipe.read_text())
    document["data"]["table"] = "birds.csv"
    recipe.write_text(json.dumps(document))
    (tmp_path / "birds.csv").write_bytes(PENGUINS.read_bytes())

    assert main(["fit", str(recipe), "--out", str(tmp_path / "run")]) == 0
    assert (tmp_path / "run" / "bundle.zip").exists()


def test_pretty_shows_epochs_instead_of_json(tmp_path, capsys):
    main(
        [
            "fit",
            str(write_recipe(tmp_path)),
            "--table",
            str(PENGUINS),
            "--out",
            str(tmp_path / "run"),
            "--pretty",
        ]
    )

    shown = capsys.readouterr().out
    assert "All 3 epochs are done." in shown and '{"kind"' not in shown


def test_interrupted_it_pauses_and_resume_goes_on(tmp_path):
    recipe = write_recipe(tmp_path, epochs=100_000, stopping={"enabled": False})
    command = [
        sys.executable,
        "-m",
        "training",
        "fit",
        recipe,
        "--table",
        PENGUINS,
        "--out",
        tmp_path / "run",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert '"started"' in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read().splitlines()

    assert running.returncode == 3
    assert json.loads(rest[-1])["kind"] == "paused"

    document = json.loads((tmp_path / "run" / "recipe.json").read_text())
    paused_at = json.loads(rest[-1])["epoch"]
    document["fit"]["epochs"] = paused_at + 2
    (tmp_path / "run" / "recipe.json").write_text(json.dumps(document))
    done = subprocess.run(
        [sys.executable, "-m", "training", "resume", tmp_path / "run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told[0]["kind"] == "resumed" and told[-1]["epoch"] == paused_at + 2


def test_profile_says_what_a_table_holds(capsys):
    assert main(["profile", str(PENGUINS)]) == 0

    info = json.loads(capsys.readouterr().out)
    assert info["rows"] == 344
    assert info["proposal"]["target"] == "species"


def test_layers_prints_the_catalogue(capsys):
    assert main(["layers"]) == 0

    catalogue = json.loads(capsys.readouterr().out)
    assert catalogue["Linear"]["properties"]["units"]["minimum"] == 1
    assert catalogue["Linear"]["family"] == "core"


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["profile", "nowhere.csv"], "There is no file nowhere.csv. Check the path."),
    (["fit", "nowhere.json", "--out", "x"], "There is no file nowhere.json. Check the path."),
    (["evaluate", "nowhere"], NO_RUN),
    (["resume", "nowhere"], NO_RUN),
    (["find-lr", "nowhere.json"], "There is no file nowhere.json. Check the path."),
    (["find-batch-size", "nowhere.json"], "There is no file nowhere.json. Check the path."),
    (["predict", "nowhere.zip", str(PENGUINS)], "There is no file nowhere.zip. Check the path."),
    (["predict", str(PENGUINS), str(PENGUINS)],
     "penguins.csv is not a bundle: it has no preprocessing.json that can be read."),
])  # fmt: skip
def test_what_people_can_mend_is_one_sentence_and_status_2(arguments, sentence, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err == sentence + "\n"


@pytest.mark.parametrize(("change", "sentence"), [
    ({"batch_size": 0}, "Batch size must be 1 or more, not 0."),
    ({"optimizer": {"name": "Adma"}}, "There is no optimizer called “Adma”."),
    ({"device": "cuda:9"}, "This machine has no device cuda:9."),
    ({"stopping": {"metric": "rmse"}}, "An epoch cannot be judged by 'rmse' in this task."),
])  # fmt: skip
def test_a_recipe_that_cannot_be_trained_is_refused(tmp_path, change, sentence, capsys):
    recipe = write_recipe(tmp_path, **change)

    assert main(["fit", str(recipe), "--table", str(PENGUINS), "--out", str(tmp_path / "run")]) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_a_recipe_that_is_no_json_is_refused(tmp_path, capsys):
    (tmp_path / "recipe.json").write_text("not json")

    assert main(["fit", str(tmp_path / "recipe.json"), "--out", str(tmp_path / "run")]) == 2
    assert capsys.readouterr().err.startswith("This is not a recipe: it is no JSON.")


def test_a_folder_with_a_run_is_not_trained_over(tmp_path, capsys):
    recipe = write_recipe(tmp_path)
    arguments = ["fit", str(recipe), "--table", str(PENGUINS), "--out", str(tmp_path)]

    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(f"There is already a run in {tmp_path}.")


def test_a_diverging_fit_ends_with_the_reason_and_not_with_0(tmp_path, capsys):
    recipe = write_recipe(
        tmp_path,
        epochs=3000,
        optimizer={"name": "SGD", "lr": 10.0, "momentum": 0.99, "weight_decay": 10.0},
        stopping={"enabled": False},
    )

    status = main(["fit", str(recipe), "--table", str(PENGUINS), "--out", str(tmp_path / "run")])

    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (status, last["kind"]) == (3, "failed")
    assert not (tmp_path / "run" / "bundle.zip").exists()


@pytest.mark.parametrize("command", ["evaluate", "resume"])
def test_a_folder_that_was_left_before_its_rows_were_encoded_is_explained(tmp_path, command, capsys):
    write_recipe(tmp_path)

    assert main([command, str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path} holds no whole run: its encoded rows are missing. "
        "Train the recipe again, into another folder.\n"
    )


def test_a_file_in_the_place_of_the_folder_is_explained(tmp_path, capsys):
    recipe = write_recipe(tmp_path)
    (tmp_path / "taken").write_text("")
    out = str(tmp_path / "taken")

    assert main(["fit", str(recipe), "--table", str(PENGUINS), "--out", out]) == 2
    assert capsys.readouterr().err == f"{out} cannot be a folder: File exists. Choose another --out.\n"


@pytest.mark.parametrize("arguments", [[], ["fly"], ["fit", "recipe.json"], ["profile"]])
def test_a_wrong_command_ends_with_2_and_says_what_there_is(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m training")


def test_find_lr_answers_rates_losses_and_a_suggestion(tmp_path, capsys):
    assert main(["find-lr", str(write_recipe(tmp_path)), "--table", str(PENGUINS)]) == 0

    found = json.loads(capsys.readouterr().out)
    assert len(found["lr"]) == len(found["loss"]) and 1e-5 < found["suggested"] < 10
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.json"]


def test_find_batch_size_answers_sizes_speeds_and_a_suggestion(tmp_path, capsys):
    assert main(["find-batch-size", str(write_recipe(tmp_path)), "--table", str(PENGUINS)]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["batch_size"][0] == 16 and found["suggested"] in found["batch_size"]
    assert len(found["rows_per_second"]) == len(found["batch_size"])


# Devices


def test_the_cpu_is_always_listed_and_listing_does_not_import_torch():
    code = (
        "import sys; from training.devices import list_devices; "
        "print(list_devices()[-1]['name'], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["cpu", "False"]


def test_what_torch_sees_is_asked_in_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(devices, "_DRIVERS", ("/",))

    assert devices.list_devices()[-1]["name"] == "cpu"


GPUS = [{"name": "cuda:0"}, {"name": "cuda:1"}, {"name": "cpu"}]


def test_auto_takes_free_gpus_and_then_the_cpu(tmp_path):
    taken = [devices.lease("auto", GPUS, tmp_path) for _ in range(3)]

    assert [each.device for each in taken] == ["cuda:0", "cuda:1", "cpu"]
    assert devices.lease("cuda", GPUS, tmp_path) is None
    taken[1].release()
    assert devices.lease("cuda", GPUS, tmp_path).device == "cuda:1"


def test_a_lease_ends_with_the_process_that_holds_it(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom training.devices import lease\n"
        "kept = lease('cuda:0', [{'name': 'cuda:0'}], Path(sys.argv[1]))\n"
        "print(kept.device, flush=True)\ntime.sleep(60)"
    )
    command = [sys.executable, "-c", code, tmp_path]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "cuda:0\n"
        assert devices.lease("cuda:0", GPUS, tmp_path) is None
        os.kill(holder.pid, signal.SIGKILL)

    assert devices.lease("cuda:0", GPUS, tmp_path).device == "cuda:0"


def test_a_device_that_this_machine_lacks_is_explained(tmp_path):
    with pytest.raises(
        SettingError, match=r"^This machine has no device mps. Choose auto, cpu, cuda:0, cuda:1.$"
    ):
        devices.lease("mps", GPUS, tmp_path)
