"""The commands of cells, on the Python client. Each is a method of `Session` whose docstring is its help."""

from __future__ import annotations

import inspect
import json
import os
from typing import Any, Callable

from lucarne import AsyncContext, AsyncKernel, Record, build
from lucarne import display as html
from lucarne.records import snake

from .grammar import CellError, Command, Raw, Statement, Text, statements

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")


class Note:
    """A sentence, and nothing else to show."""

    def __init__(self, text: str, markup: str | None = None):
        self.text, self.markup = text, markup

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str | None:
        return self.markup


class Answer:
    """What a method answered, as JSON."""

    def __init__(self, value: Any):
        self.value = value.to_dict() if isinstance(value, Record) else value

    def __repr__(self) -> str:
        return json.dumps(_shortened(self.value), indent=2, ensure_ascii=False, sort_keys=True)

    def _repr_json_(self) -> Any:
        return self.value


def _shortened(value: Any) -> Any:
    """Base64 is nothing to read."""
    if isinstance(value, dict):
        return {name: _shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    if isinstance(value, str) and len(value) > 2000:
        return f"{value[:60]}… ({len(value):,} characters)"
    return value


class Session:
    """The server, the prompt that is open, and what was asked last."""

    # Words that take a value, by command.
    CLAUSES = {
        "attribute": ("vs", "by", "in", "sentence"),
        "compare": ("for", "vs"),
        "ablate": ("for", "vs", "in"),
        "steer": ("in",),
        "features": ("in",),
    }
    OPTIONS = {
        "open": ("template", "role"),
        "generate": ("temperature", "topP", "seed", "recipe"),
        "attribute": ("top", "parts", "verify", "budget", "seed", "method", "steps", "variants", "perToken"),
        "compare": ("top",),
        "steer": ("tokens", "recipe"),
        "ablate": ("top",),
        "features": ("top", "rank"),
        "feature": ("examples",),
        "search": ("limit",),
    }

    def __init__(self, command: str):
        self.command = command
        self.kernel: AsyncKernel | None = None
        self.context: AsyncContext | None = None
        self.pair: tuple[Any, Any] | None = None
        #: What the open prompt was made of, for `compare`: pictures, question, template.
        self.opened: tuple[list[str], str | None, Any] = ([], None, None)
        #: Latents that a result showed, with their labels: what completion offers.
        self.seen: dict[int, str] = {}

    # The server

    async def server(self) -> AsyncKernel:
        """The running server; one that ended is started again, without its prompts."""
        if self.kernel is not None and not self.kernel.alive:
            self.kernel, self.context = None, None
        if self.kernel is None:
            self.kernel = await AsyncKernel(self.command, client_name="lucarne-kernel").start()
        return self.kernel

    async def close(self) -> None:
        kernel, self.kernel, self.context = self.kernel, None, None
        if kernel is not None:
            await kernel.close()

    def prompt(self) -> AsyncContext:
        if self.context is None or self.kernel is None or not self.kernel.alive:
            raise CellError('no prompt is open: open picture.png "question"')
        return self.context

    # Statements

    def statements(self, cell: str) -> list[Statement]:
        return list(statements(cell, self.CLAUSES))

    async def run(self, statement: Statement, progress: Any = None) -> Any:
        """What a statement finds; None where there is nothing to show."""
        kernel = await self.server()
        kernel.progress = progress
        if isinstance(statement, Raw):
            return Answer(await kernel.call(statement.method, self._asked(statement), Record, None))
        run = self.commands().get(statement.name)
        if run is None:
            raise CellError(
                f"there is no command {statement.name}; help lists them", statement.line
            )
        for name in statement.assigned:
            if not _is_number(name) and name not in self.OPTIONS.get(statement.name, ()):
                known = ", ".join(self.OPTIONS.get(statement.name, ())) or "none"
                raise CellError(f"{statement.name} has no option {name}; it has {known}", statement.line)
        return await run(statement)

    def _asked(self, raw: Raw) -> dict[str, Any]:
        """Params of a raw method; the open prompt and its autoencoder stand in where they are not named."""
        params = dict(raw.params)
        method = method_named(raw.method)
        if method is not None and "context" not in params and self.context is not None:
            if "context" in inspect.signature(method).parameters and raw.method != "context/open":
                params["context"] = self.context.id
        return params

    def commands(self) -> dict[str, Callable[[Command], Any]]:
        return {
            name[4:]: getattr(self, name) for name in sorted(dir(self)) if name.startswith("run_")
        }

    def _saw(self, labels: dict[int, str], items: Any) -> None:
        for each in items:
            if each.get("feature") is not None:
                self.seen[each.feature.index] = labels.get(each.feature.index, "")

    # Commands

    async def run_open(self, command: Command) -> Any:
        """open [PICTURE …] "QUESTION" [template = none]

        Opens a prompt: pictures (.png, .jpg, .webp, .gif, .bmp), then the question. What is asked next is asked about it.

            open room.png "Is there a red circle in the picture?"
        """
        pictures, question = _prompt(command)
        kernel = await self.server()
        chat = {"template": command.assigned["template"]} if "template" in command.assigned else None
        opened = await kernel.open(question, pictures, chat=chat)
        previous, self.context, self.pair = self.context, opened, None
        self.opened = (pictures, question, chat)
        if previous is not None:
            await previous.close()
        return await opened.tokens()

    async def run_generate(self, command: Command) -> Any:
        """generate [N] [temperature = 0.7] [topP = 0.9] [seed = 1] [recipe = FILE]

        The model's answer, of at most N tokens (64), with a recipe's changes where one is named.
        """
        count = _integer(command, 0, 64)
        more = {snake(name): _value(value) for name, value in command.assigned.items() if name != "recipe"}
        return await self.prompt().generate(count, recipe=command.assigned.get("recipe"), **more)

    async def run_tokens(self, command: Command) -> Any:
        """tokens

        The prompt's tokens.
        """
        return await self.prompt().tokens()

    async def run_logits(self, command: Command) -> Any:
        """logits [N]

        The N (5) likeliest next tokens.
        """
        return await self.prompt().logits(_integer(command, 0, 5))

    async def run_features(self, command: Command) -> Any:
        """features [in picture | question | 0..12] [top = 10] [rank = max | mean | sum]

        The latents that are active there.
        """
        found = await self.prompt().features(
            _region(command), top_k=_option(command, "top", 10), rank_by=command.assigned.get("rank", "max")
        )
        self._saw(found.labels, found.result.items)
        return found

    async def run_attribute(self, command: Command) -> Any:
        """attribute "ANSWER" [vs "OTHER"] | sentence "ANSWER" [by feature | token | part | none] [in REGION]
        [top = 10] [parts = ablation | shapley | occlusion | sum | none] [verify = 8] [budget = N] [seed = 0]
        [method = gradient | heldNorms | relevance | integratedGradients | ablation] [steps = 16] [variants = yes]
        [perToken = yes]

        Why the next token is ANSWER rather than OTHER (absent: the runner-up): what the parts of the prompt
        contribute, measured; the latents that support and oppose it; a heat map over the picture, the token strip.
        Mind the leading space of tokens; variants = yes means every spelling. sentence asks about a whole answer.
        verify is how many are held against exact ablation.

            attribute "Yes" vs "No"
        """
        more = {name: command.assigned[name] for name in ("parts", "method") if name in command.assigned}
        whole = command.clauses.get("sentence")
        if len(command.positional) != (whole is None) or whole is not None and "vs" in command.clauses:
            raise CellError('attribute "ANSWER" vs "OTHER", or attribute sentence "ANSWER"', command.line)
        spelt = _yes(command, "variants")
        if whole is not None and spelt:
            raise CellError("variants are those of a token, not of a sentence", command.line)
        if whole is not None:
            pair = (build.sentence(str(whole)), None)
        else:
            pair = (_token(command.positional[0], spelt), _token(command.clauses.get("vs"), spelt))
        for name in ("verify", "budget", "seed", "steps"):
            if name in command.assigned:
                more[name] = _option(command, name, None)
        found = await self.prompt().attribute(
            *pair,
            by=command.clauses.get("by", "feature"),
            top_k=_option(command, "top", 10),
            at=_region(command),
            per_token=_yes(command, "perToken") or None,
            **more,
        )
        self.pair = pair
        self._saw(found.labels, [*found.items, *(found.verification.items if found.verification else [])])
        return found

    async def run_compare(self, command: Command) -> Any:
        """compare [PICTURE …] ["QUESTION"] [for "ANSWER" [vs "OTHER"]] [top = 10]

        What makes the answer differ from that of another prompt: other pictures, another question, or both; what
        is not given stays. The latents that differ, and what each explains when it is patched from one prompt into
        the other. The answer is that of the last attribute, unless another is given.

            compare other.png
            compare "Does the image show Brazil?" for "Yes" vs "No"
        """
        pictures, question = _prompt(command)
        pair = self.pair
        if "for" in command.clauses:
            pair = (_token(command.clauses["for"]), _token(command.clauses.get("vs")))
        prompt = self.prompt()
        if pair is None:
            raise CellError('compare … for "ANSWER" vs "OTHER": no attribute said which answer', command.line)
        before, asked, chat = self.opened
        kernel = await self.server()
        other = await kernel.open(asked if question is None else question, pictures or before, chat=chat)
        async with other:
            found = await prompt.compare(other, *pair, top_k=_option(command, "top", 10))
        self._saw(found.labels, found.items)
        return found

    async def run_steer(self, command: Command) -> Any:
        """steer LATENT = VALUE, … [in REGION] [tokens = 64] [recipe = FILE]

        The answer with latents held at values, next to the plain one and that of the reconstruction alone. A recipe's
        changes are made before these, or alone where no latent is named.

            steer 631 = 140, 1619 = 220 in picture
        """
        values = {
            _latent(name, command): _value(value)
            for name, value in command.assigned.items()
            if _is_number(name)
        }
        recipe = command.assigned.get("recipe")
        if not (values or recipe) or command.positional:
            raise CellError("steer LATENT = VALUE, such as steer 123 = 50, or recipe = FILE", command.line)
        return await self.prompt().steer(values, _option(command, "tokens", 64), at=_region(command), recipe=recipe)

    async def run_ablate(self, command: Command) -> Any:
        """ablate LATENT, … [for "ANSWER" vs "OTHER"] [in REGION] [top = 5]

        Sets latents to zero, exactly, and shows what happens to the next token, and of the answer's score: that
        of the last attribute, unless another is given.
        """
        latents = [_latent(each.lstrip("#"), command) for each in command.positional]
        if not latents:
            raise CellError("ablate LATENT, such as ablate 123", command.line)
        pair = self.pair or (None, None)
        if "for" in command.clauses:
            pair = (_token(command.clauses["for"]), _token(command.clauses.get("vs")))
        return await self.prompt().ablate(
            latents, *pair, at=_region(command), top_k=_option(command, "top", 5)
        )

    async def run_feature(self, command: Command) -> Any:
        """feature LATENT [examples = 6]

        A card: label, best pictures and texts, the tokens it raises and lowers, its neighbours.
        """
        if len(command.positional) != 1:
            raise CellError("feature LATENT, such as feature 123", command.line)
        latent = _latent(command.positional[0].lstrip("#"), command)
        return await self.card(latent, _option(command, "examples", 6))

    async def card(self, latent: int, examples: int) -> Any:
        kernel = await self.server()
        status = await kernel.status()
        if not status.saes:
            # The embedded world, or what the server was started with, is loaded on first use.
            await (await kernel.open("?")).close()
        return await kernel.card(latent, examples=examples)

    async def run_search(self, command: Command) -> Any:
        """search WORDS [limit = 20]

        Latents whose explanations have the words.
        """
        if not command.positional:
            raise CellError("search WORDS, such as search red circle", command.line)
        kernel = await self.server()
        found = await kernel.search(" ".join(command.positional), limit=_option(command, "limit", 20))
        self.seen.update({each.latent: each.label or "" for each in found})
        return found

    async def run_status(self, command: Command) -> Any:
        """status

        What is loaded and open.
        """
        status = await (await self.server()).status()
        rows = [("health", status.health)]
        rows += [("model", f"{each.model}  {each.architecture}, {each.precision}") for each in status.models]
        rows += [
            ("autoencoder", f"{each.sae}  {each.latents:,} latents at {each.site}") for each in status.saes
        ]
        rows += [("prompt", f"{each.context}  {each.token_count:,} tokens") for each in status.contexts]
        rows.append(("memory", f"{status.memory.used / 1e6:,.1f} of {status.memory.limit / 1e6:,.0f} MB"))
        text = "\n".join(f"{name:12} {value}" for name, value in rows)
        return Note(text, html.box("", html.table(["", ""], rows, (0, 1))))

    async def run_close(self, command: Command) -> Any:
        """close

        Lets go of the prompt.
        """
        context, self.context, self.pair = self.prompt(), None, None
        await context.close()
        return None

    async def run_help(self, command: Command) -> Any:
        """help [COMMAND | METHOD]

        What there is, or what one of it does.
        """
        if command.positional:
            text = help_text(self, command.positional[0])
            if text is None:
                raise CellError(f"there is no command {command.positional[0]}", command.line)
            return Note(text, html.box("", f"<pre style='margin:0;white-space:pre-wrap'>{html.escape(text)}</pre>"))
        rows = [(usage(run), summary(run)) for run in self.commands().values()]
        text = "\n".join(f"{first}\n    {second}" for first, second in rows)
        text += "\nmethod/name {params}\n    any method of the protocol, with JSON"
        rows.append(("method/name {params}", "any method of the protocol, with JSON"))
        return Note(text, html.box("", html.table(["command", ""], rows, (0, 1))))


# Help


def usage(run: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(run) or "").split("\n\n")[0].split())


def summary(run: Callable[..., Any]) -> str:
    return " ".join((inspect.getdoc(run) or "").split("\n\n")[1].split())


def method_named(name: str) -> Any:
    """The generated method of the client; None for another."""
    from lucarne import methods

    space, _, last = name.replace(".", "/").partition("/")
    kind = getattr(methods, space[:1].upper() + space[1:] + "Methods", None)
    for each, function in inspect.getmembers(kind, inspect.isfunction):
        if (inspect.getdoc(function) or "").startswith(name + ":") and not each.endswith("_stream"):
            return function
    return None


def method_names() -> list[str]:
    from lucarne import methods

    found = set()
    for _, kind in inspect.getmembers(methods, inspect.isclass):
        if kind.__module__ == methods.__name__ and not kind.__name__.startswith("Async"):
            for _, function in inspect.getmembers(kind, inspect.isfunction):
                head = (inspect.getdoc(function) or "").partition(":")[0]
                if "/" in head or head == "rpc.discover":
                    found.add(head)
    return sorted(found)


def help_text(session: Session, name: str) -> str | None:
    """The help of a command or a method."""
    run = session.commands().get(name)
    if run is not None:
        return inspect.getdoc(run)
    method = method_named(name)
    return inspect.getdoc(method) if method is not None else None


# Values


def _is_number(text: str) -> bool:
    return text.lstrip("#").isdigit()


def _latent(text: str, command: Command) -> int:
    if not _is_number(text):
        raise CellError(f"{text} is not the number of a latent", command.line)
    return int(text.lstrip("#"))


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    raise CellError(f"{text} is not a number")


def _integer(command: Command, at: int, otherwise: int) -> int:
    if len(command.positional) <= at:
        return otherwise
    found = _value(command.positional[at])
    if not isinstance(found, int):
        raise CellError(f"{found} is not a whole number", command.line)
    return found


def _option(command: Command, name: str, otherwise: Any) -> Any:
    return int(_value(command.assigned[name])) if name in command.assigned else otherwise


def _token(text: str | None, spelt: bool = False) -> Any:
    """A token by its text, or every spelling of it; a number without quotation marks is its id."""
    if text is not None and not isinstance(text, Text) and text.isdigit():
        return int(text)
    return build.variants(str(text)) if text is not None and spelt else text


def _yes(command: Command, name: str) -> bool:
    value = command.assigned.get(name, "no")
    if value not in ("yes", "no"):
        raise CellError(f"{name} = yes or no, not {value}", command.line)
    return value == "yes"


def _prompt(command: Command) -> tuple[list[str], str | None]:
    """The pictures and the question of a statement."""
    pictures = [each for each in command.positional if each.lower().endswith(PICTURES)]
    texts = [each for each in command.positional if each not in pictures]
    if not command.positional or len(texts) > 1 and not all(isinstance(each, Text) for each in texts):
        raise CellError(f'{command.name} PICTURE "QUESTION": the question stands in quotation marks', command.line)
    for each in pictures:
        if not os.path.exists(os.path.expanduser(each)):
            raise CellError(f"there is no file {os.path.abspath(each)}", command.line)
    return pictures, " ".join(texts) if texts else None


def _region(command: Command) -> Any:
    text = command.clauses.get("in")
    if text is None or isinstance(text, Text):
        return text
    start, dots, end = text.partition("..")
    if dots and start.isdigit() and end.isdigit():
        return range(int(start), int(end))
    return int(text) if text.isdigit() else text
