"""Steps that complete the values of a field for all objects of a level at once, whatever their type's fields are."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from inspect import isawaitable
from typing import Any, Protocol

from api.engine.reads import PageOf, Reference
from api.engine.run import Run
from api.engine.wires import NULL, json_text

Values = list[Any]
Texts = list[str]
"""Values on the wire: the JSON text of each."""


AT_HAND = frozenset({Reference, PageOf, str, int, bool, type(None)})
"""What a resolver may answer that is certainly not to be awaited."""


class Unanswerable(Exception):
    """A value that the plan does not expect: graphql-core shall say what is wrong with it."""


class Step(Protocol):
    """Completes the values of a field for all objects of a level."""

    async def complete(self, run: Run, values: Values) -> Texts:
        """The JSON text of each value, in order."""


class Leaf:
    """Scalars and enumerations."""

    def __init__(self, coerce: Any) -> None:
        self._coerce = coerce

    def now(self, values: Values) -> Texts:
        """The values on the wire."""
        coerce = self._coerce
        shown = [None if value is None else coerce(value) for value in values]
        for value, wire in zip(values, shown, strict=True):
            if wire is None and value is not None:
                raise Unanswerable("a leaf that serialises to nothing")
        return [json_text(wire) for wire in shown]

    async def complete(self, _: Run, values: Values) -> Texts:
        """The values on the wire."""
        return self.now(values)


class NonNull:
    """Values that are never null."""

    def __init__(self, inner: Step) -> None:
        self.inner = inner

    async def complete(self, run: Run, values: Values) -> Texts:
        """The completed values. Raises `Unanswerable` when one is null."""
        return self.checked(await self.inner.complete(run, values))

    @staticmethod
    def checked(texts: Texts) -> Texts:
        """The texts. Raises `Unanswerable` when one is null."""
        if NULL in texts:
            raise Unanswerable("null where nothing may be null")
        return texts


class ListOf:
    """Lists; the elements of all of them are completed together."""

    def __init__(self, inner: Step) -> None:
        self._inner = inner

    async def complete(self, run: Run, values: Values) -> Texts:
        """The completed lists."""
        for value in values:
            if value is not None and not isinstance(value, list | tuple):
                raise Unanswerable("a list that is none")
        done = await self._inner.complete(run, [item for value in values if value is not None for item in value])
        lists: Texts = []
        at = 0
        for value in values:
            if value is None:
                lists.append(NULL)
            else:
                lists.append(f"[{','.join(done[at : at + len(value)])}]")
                at += len(value)
        return lists


class Abstract:
    """Objects of an interface or a union: each by the plan of its own type, made when the first of it comes."""

    def __init__(self, possible: Mapping[str, Any], make: Any) -> None:
        self._possible = possible
        self._make = make
        self._steps: dict[str, Step] = {}

    async def complete(self, run: Run, values: Values) -> Texts:
        """The completed objects."""
        places: dict[str, list[int]] = defaultdict(list)
        for number, value in enumerate(values):
            if value is not None:
                python_type = value.python_type if type(value) is Reference else type(value)
                definition = getattr(python_type, "__strawberry_definition__", None)
                if definition is None or definition.name not in self._possible:
                    raise Unanswerable("an object of another type")
                places[definition.name].append(number)
        done: Texts = [NULL] * len(values)
        results = await together(
            [self._step(name).complete(run, [values[n] for n in numbers]) for name, numbers in places.items()]
        )
        for numbers, shown in zip(places.values(), results, strict=True):
            for number, one in zip(numbers, shown, strict=True):
                done[number] = one
        return done

    def _step(self, name: str) -> Step:
        step = self._steps.get(name)
        if step is None:
            step = self._steps[name] = self._make(self._possible[name])
        return step


async def settled(values: Values) -> Values:
    """The values, those that are awaitable awaited together."""
    waiting = [n for n, value in enumerate(values) if type(value) not in AT_HAND and isawaitable(value)]
    if waiting:
        for number, result in zip(waiting, await together([values[n] for n in waiting]), strict=True):
            values[number] = result
    for value in values:
        if isinstance(value, Exception):
            raise value
    return values


async def together(waiting: Sequence[Awaitable[Any]]) -> Sequence[Any]:
    """The results of what can be awaited at the same time."""
    return [await waiting[0]] if len(waiting) == 1 else await asyncio.gather(*waiting)
