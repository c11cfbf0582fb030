"""The web application: Django, Channels and Celery around the engine.

Apps import downwards only: jobs < accounts < datasets < networks < runs < deployments.
Each has the same rooms: models (rows, and who may see them), services (what people do),
views, api, tasks (Celery's door), child (what runs in a one-shot process), urls.
"""
