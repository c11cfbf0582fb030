from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "studio.deployments"
    label = "deployments"

    def ready(self) -> None:
        from studio.deployments import signals  # noqa: F401
