"""Work that outlasts a request: a row that is a job, its queue, and the supervisor of its process.

models.Job is the row (state, attempt, lease); queue claims, renews, concludes and reaps;
supervisor forks the one-shot process and carries its messages. Concrete jobs live in the apps.
"""
