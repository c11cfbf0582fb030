"""The peers on the same splits: HistGradientBoosting, a linear model, pytabkit's RealMLP with its defaults.

Needs the packages of quality/requirements.txt. Predictions of the test rows go into one file a fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from quality.sets import Table, rows_of

PEERS = ("linear", "boosting", "realmlp")


def predictions(peer: str, set_: Table, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(predicted, true) of the test rows: classes or values.

    The boosting and the linear model learn on training and validation rows together, which favours
    them; RealMLP stops by the validation rows, as Strata does.
    """
    training, validation, test = rows_of(set_, seed)
    (x, y), (x_val, y_val), (x_test, y_test) = (
        _pandas(*set_.frame(rows)) for rows in (training, validation, test)
    )
    categories = list(x.columns[x.dtypes == "category"])
    model = _model(peer, set_.is_regression, seed, categories)
    if peer == "realmlp":  # takes no empty numbers
        medians = x.median(numeric_only=True)
        x, x_val, x_test = (frame.fillna(medians) for frame in (x, x_val, x_test))
        model.fit(x, y, x_val, y_val)
    else:
        model.fit(pd.concat([x, x_val]), np.concatenate([y, y_val]))
    return np.asarray(model.predict(x_test)), y_test


def _model(peer: str, is_regression: bool, seed: int, categories: list[str]) -> Any:
    if peer == "realmlp":
        from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

        kind = RealMLP_TD_Regressor if is_regression else RealMLP_TD_Classifier
        return kind(random_state=seed, device="cpu", n_threads=1)
    if peer == "boosting":
        boosting = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        columns = make_column_transformer(
            (codes, make_column_selector(dtype_include="category")),
            remainder="passthrough",
            verbose_feature_names_out=False,
        ).set_output(transform="pandas")
        return make_pipeline(columns, boosting(random_state=seed, categorical_features=categories))
    columns = make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            make_column_selector(dtype_include="number"),
        ),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, LinearRegression() if is_regression else LogisticRegression(max_iter=2_000))


def _pandas(features: Any, target: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    frame = pd.DataFrame(features.to_dict(as_series=False))
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].astype(str).astype("category")
    return frame, target
