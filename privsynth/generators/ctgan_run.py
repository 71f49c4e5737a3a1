"""One run of ctgan: what happens when, and what is kept so that a run that was cut off can go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.accounting import Spend, spend_of
from privsynth.generators.base import Arrays, Step, Watch
from privsynth.generators.ctgan import CtganMechanism
from privsynth.generators.ctgan_choice import nearest
from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_matching import matching
from privsynth.generators.ctgan_model import CtganModel, survey_arrays, survey_of
from privsynth.generators.ctgan_networks import device_of, settings
from privsynth.generators.ctgan_rows import UnitRows
from privsynth.generators.ctgan_training import SEED, Training
from privsynth.generators.maxent_model import MaxentModel
from privsynth.noise import Noise
from privsynth.table.coded import RowSource


class Run:
    """A run: the survey, the warm start, the private steps, the choice.

    Args:
        mechanism: All numbers of the run.
        source: The table.
        noise: Where coins and noise come from.
        watch: Who is told of the steps and keeps the state, or None.
    """

    def __init__(self, mechanism: CtganMechanism, source: RowSource, noise: Noise, watch: Watch | None) -> None:
        self._mechanism = mechanism
        self._config = mechanism.config
        self._source = source
        self._noise = noise
        self._watch = watch

    def model(self) -> CtganModel:
        """Do all of it and return the model."""
        kept = None if self._watch is None else self._watch.kept()
        self._source.owners()  # refused before anything is asked, where nobody kept them
        with settings(self._config.threads):
            survey = self._survey(kept)
            training = Training(self._config, Layout(survey))
            self._warm(training, survey, kept)
            if self._mechanism.noise_multiplier is None:
                return training.model()
            self._learn(training)
            return self._chosen(training)

    def _survey(self, kept: Mapping[str, npt.NDArray[Any]] | None) -> MaxentModel:
        if kept is None:
            self._begin("measuring the survey")
            survey = self._mechanism.survey.run(self._source, self._noise)
            if self._watch is not None:
                self._watch.keep(survey_arrays(survey))
            return survey
        return survey_of(self._mechanism.survey.schema, kept, self._mechanism.survey.config.neighbours)

    def _warm(self, training: Training, survey: MaxentModel, kept: Arrays | None) -> None:
        """Learn what the survey knows, or take up the state that was kept."""
        layout, config = training.layout, self._config
        rows = survey.sample(config.warm_rows, np.random.default_rng(SEED))
        bins = layout.bins_of(rows.codes)
        inside = np.zeros((rows.count, 0), dtype=np.float32)
        if layout.numeric:
            inside = np.stack([rows.positions[name] for name in layout.numeric], axis=1)
        places = layout.places_of(rows.codes, inside)
        training.targets = matching(layout, bins, places, config, device_of(config.device))
        if kept is not None and set(kept) > set(survey_arrays(survey)):
            training.restore(kept)
            return
        self._begin("training the generator on the survey")
        training.warm_generator(config.warm_steps, self._warming)
        if config.steps:
            training.warm_critic(bins, places, config.warm_critic_steps)
            training.candidates.append(training.layers())
            self._keep(training)

    def _warming(self, done: int) -> None:
        steps = self._config.warm_steps
        if done < steps and done % max(steps // 4, 1) == 0:
            self._begin(f"training the generator on the survey, step {done:,} of {steps:,}")

    def _learn(self, training: Training) -> None:
        """Take the private steps that are left."""
        config, mechanism = self._config, self._mechanism
        self._begin("training the discriminator with DP-SGD")
        units = UnitRows(training.layout, self._source)
        marks = {round(config.steps * part / (config.candidates - 1)) for part in range(1, config.candidates)}
        for number in range(training.done, config.steps):
            training.begin(number)
            training.private_step(
                units,
                self._noise,
                rate=mechanism.sampling_probability,
                noise_multiplier=mechanism.noise_multiplier or 0.0,
                divisor=mechanism.divisor(training.layout.survey.total),
            )
            training.follow()
            if training.done in marks or (not marks and training.done == config.steps):
                training.candidates.append(training.layers())
            self._tell(training)

    def _tell(self, training: Training) -> None:
        if self._watch is None:
            return
        spent = spend_of(self._mechanism.survey.event)
        event = self._mechanism.training_event
        if event is not None:
            whole = spend_of(event)
            part = Spend(mu_squared=whole.mu_squared * training.done / self._config.steps, delta=whole.delta)
            spent = spent + part
        self._watch.stepped(Step(done=training.done, steps=self._config.steps, loss=training.loss, spend=spent))
        if self._watch.due(training.done):
            self._keep(training)

    def _keep(self, training: Training) -> None:
        if self._watch is not None:
            self._watch.keep({**survey_arrays(training.layout.survey), **training.state()})

    def _begin(self, phase: str) -> None:
        if self._watch is not None:
            self._watch.phase(phase)

    def _chosen(self, training: Training) -> CtganModel:
        found = [CtganModel(survey=training.layout.survey, layers=layers) for layers in training.candidates]
        if self._mechanism.choice_noise is None:
            return found[-1]
        self._begin("choosing a generator")
        best = nearest(found, self._source, self._noise, noise_multiplier=self._mechanism.choice_noise, seed=SEED)
        return found[best]
