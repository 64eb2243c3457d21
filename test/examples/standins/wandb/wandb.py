"""Stands in for wandb, which the tests do not install: the signatures of its documentation, and what it asks of values.

Every call becomes a line of JSON in the file CALLS.
"""

import json
import os


def _record(*call):
    with open(os.environ["CALLS"], "a") as file:
        print(json.dumps(call, allow_nan=False), file=file)


class Run:
    def __init__(self, id):
        self._id = id
        self._step = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.finish()

    def log(self, data, step=None, commit=None, sync=None):
        # steps only rise: what is logged at an earlier one is dropped, with a warning
        assert isinstance(step, int) and step > self._step, step
        self._step = step
        _record("log", self._id, step, data)

    def finish(self, exit_code=None, quiet=None):
        _record("finish", self._id)


def init(
    entity=None,
    project=None,
    dir=None,
    id=None,
    name=None,
    notes=None,
    tags=None,
    config=None,
    config_exclude_keys=None,
    config_include_keys=None,
    allow_val_change=None,
    group=None,
    job_type=None,
    mode=None,
    force=None,
    anonymous=None,
    reinit=None,
    resume=None,
    resume_from=None,
    fork_from=None,
    save_code=None,
    tensorboard=None,
    sync_tensorboard=None,
    monitor_gym=None,
    settings=None,
):
    assert not set("/\\#?%:") & set(id), "characters that an id must not have"
    assert not any("." in key for key in config), "keys should not contain a dot"
    _record("init", project, id, name, config)
    return Run(id)
