"""Jobs under way: `jobs follow`, `jobs cancel`."""

from __future__ import annotations

import json
from uuid import UUID

import typer

from app.commands.starting import open_means, told

app = typer.Typer(help="Jobs: follow one, cancel one.", no_args_is_help=True)


@app.command("follow")
def follow_job(job_id: UUID) -> None:
    """Show a bar that grows with the job until it ends; exits 1 unless it is done. Ctrl-C only looks away."""
    from rich.progress import MofNCompleteColumn, Progress

    from app.schemas.jobs import JobState
    from app.schemas.labels import LABELS
    from app.services import job_watch

    with told(), Progress(*Progress.get_default_columns(), MofNCompleteColumn()) as bar:
        shown = bar.add_task("…", total=None)
        for job in job_watch.watch(open_means(), job_id):
            state = LABELS["job_states"][job.state]
            bar.update(shown, description=state, completed=job.done, total=job.total or None)
    why = f" ({job.problem.code})" if job.problem else ""
    typer.echo(f"{state}{why} : {job.done}/{job.total} {json.dumps(job.result, ensure_ascii=False)}")
    raise typer.Exit(0 if job.state is JobState.DONE else 1)


@app.command("cancel")
def cancel_job(job_id: UUID) -> None:
    """Want no more of a job: at once while it waits, at its next step while it runs."""
    from app.schemas.labels import LABELS
    from app.services import job_watch

    with told():
        job = job_watch.stop(open_means(), job_id)
    typer.echo(f"{LABELS['job_states'][job.state]} : {job.done}/{job.total} ; ce qui est fait reste fait.")
