"""MLflow: a run on the server that MLFLOW_TRACKING_URI names, else in `mlruns` where the command was called."""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lenslet.files import write_whole
from lenslet.verbs.tracking import Ending, cell

FILE = "mlflow.json"
# Where the user has not said otherwise: MLflow sends reports of its own use off the machine, its newest versions want
# to be asked for a store of files, and it would call a server that is gone for many minutes.
_MANNERS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "GIT_PYTHON_REFRESH": "quiet",
}


class MLflow:
    """A `Tracker` that keeps the id of its run in the run's folder: one that is resumed goes on as the same.

    Raises:
        ModuleNotFoundError: mlflow is not installed.
    """

    def __init__(self) -> None:
        for name, value in _MANNERS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        self.make, self.run = MlflowClient, ""
        self.place = os.environ.get("MLFLOW_TRACKING_URI") or Path("mlruns").resolve().as_uri()

    def start(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Make the run, with recipe and card as its parameters."""
        self.client = self.make(tracking_uri=self.place)
        if self._resumed(folder):
            return
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or "lenslet"
        found = self.client.get_experiment_by_name(name)
        experiment = found.experiment_id if found is not None else self.client.create_experiment(name)
        self.run = self.client.create_run(experiment, run_name=folder.name).info.run_id
        write_whole(folder / FILE, json.dumps({"place": self.place, "run": self.run}) + "\n")
        for fact, value in facts.items():
            self.client.log_param(self.run, fact, cell(value)[:500])

    def epoch(self, number: int, values: Mapping[str, float]) -> None:
        """Log metrics, the epoch being the step."""
        for name, value in values.items():
            self.client.log_metric(self.run, name, value, step=number)

    def finish(self, metrics: Mapping[str, float], ending: Ending) -> None:
        """Log the final metrics, and how the run ended."""
        for name, value in metrics.items():
            self.client.log_metric(self.run, f"final_{name}", float(value))
        status = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}[ending]
        self.client.set_terminated(self.run, status)

    def _resumed(self, folder: Path) -> bool:
        """Whether this folder's earlier run is there to go on with."""
        with contextlib.suppress(Exception):  # no such file, not ours, or a run that was removed: make a new one
            kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if kept["place"] == self.place:
                self.client.update_run(kept["run"], status="RUNNING")
                self.run = str(kept["run"])
                return True
        return False
