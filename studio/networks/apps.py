from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "studio.networks"
    label = "networks"
