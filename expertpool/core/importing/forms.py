"""What the pages of an import ask: the file, its table, its headers, its words and cells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Any

from django import forms

from expertpool.core.configuration import value_of
from expertpool.core.importing.answers import LEFT_EMPTY, Answers
from expertpool.core.importing.columns import ImportColumn, known_header, normalise_header
from expertpool.core.importing.finding import Why
from expertpool.core.importing.headers import letters_of
from expertpool.core.importing.importer import Importer
from expertpool.core.importing.mapping import IGNORED
from expertpool.core.importing.reading import READ, SUFFIXES
from expertpool.core.models import ImportRun
from expertpool.core.settings import IMPORT_SIZE
from expertpool.core.text import shown

IN_A_CELL = 2_000  # letters that an input of a refused cell holds; of more it shows the beginning
LISTED = 100  # words that a select offers; of more the user types one
EMPTY_WORD, UNCHANGED_WORD = "这一格留空", "这一格不改动"  # said of a word of a long list
EMPTIED = (LEFT_EMPTY, EMPTY_WORD, UNCHANGED_WORD)
ASKED = ("refused", "left", "answered", "notes")  # cells that the page offers
REASONS = {
    Why.REMEMBERED: "按上次的选择",
    Why.CHOSEN: "按您的选择",
    Why.LIKELY: "可能是这一列，请核对",
    Why.OF_LIST: "按名单的种类作为这一列，请核对",
    Why.MOVED: "按内容识别，不是表头所写",
    Why.CROSSED: "像是与另一列互换了，请核对",
    Why.CONTENT: "按内容猜测，请核对",
    Why.DOUBT: "内容不像这一列，请改选或不导入",
    Why.TICKED: "打勾的列，按列名填，请核对",
    Why.JOINED: "几列合在一起",
    Why.BESIDE: "像是右边一栏的人",
    Why.TWICE: "已有另一列，请核对",
    Why.ALSO: "也像这一项，要合在一起就选同一项",
    Why.EITHER: "也可能是这一项，请核对是哪一列",
    Why.OF_NEIGHBOUR: "像是说旁边一列的，不是的请改选",
    Why.UNKNOWN: "不认识的表头",
    Why.NOT_KEPT: "库中没有这一项",
    Why.OWN_NUMBERS: "像本单位自己的编号",
}
ODD = (
    Why.CROSSED,
    Why.DOUBT,
    Why.CONTENT,
    Why.MOVED,
    Why.LIKELY,
    Why.BESIDE,
    Why.OF_LIST,
    Why.TICKED,
    Why.ALSO,
    Why.EITHER,
    Why.OF_NEIGHBOUR,
)


def _own(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return copies: an importer has its fields once for everybody, a page writes what was wrong into the widgets of its own."""
    return deepcopy(dict(fields))


class UploadForm(forms.Form):
    """The file, and the options of the importer."""

    file = forms.FileField(
        label="文件",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def __init__(self, *args: Any, importer: type[Importer], user: Any) -> None:
        super().__init__(*args)
        largest = value_of(IMPORT_SIZE)
        self.fields["file"].help_text = f"{READ}，最大 {largest} MB。"
        self.fields |= _own(importer.options_for(user))

    def options(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class TableForm(forms.Form):
    """In which sheet and row the headers stand."""

    sheet = forms.ChoiceField(label="工作表", required=False)
    row = forms.IntegerField(label="表头所在行", min_value=0, max_value=200_000, required=False)

    def __init__(self, *args: Any, run: ImportRun, outline: dict[str, Any]) -> None:
        super().__init__(*args)
        row = 0 if outline.get("depth") == 0 else run.header_row
        self.initial = {"sheet": run.sheet, "row": row}
        sheets: Any = self.fields["sheet"]
        sheets.choices = [(name, name) for name in outline.get("sheets", [run.sheet])]
        if not run.sheet:
            del self.fields["sheet"]
        self.fields["row"].help_text = "不填就自动查找；两行表头填下面一行；没有表头填 0。"

    def chosen(self, run: ImportRun) -> tuple[str | None, int | None]:
        """Return the sheet and the row; another sheet has its header elsewhere. Of what was not read yet both are found."""
        if not run.headers:
            return None, None
        sheet, row = self.cleaned_data.get("sheet") or run.sheet, self.cleaned_data["row"]
        moved = sheet != run.sheet and row == self.initial["row"]
        return sheet, None if moved else row


class MappingForm(forms.Form):
    """One choice for each header of the file; the columns are named ``column-0`` …"""

    def __init__(
        self, *args: Any, run: ImportRun, importer: type[Importer], outline: dict[str, Any]
    ) -> None:
        super().__init__(*args)
        self.width = len(run.headers)
        self.outline = outline
        why = outline.get("why", ())
        choices = [
            ("", "这次不导入"),
            (IGNORED, "不导入，以后也不问"),
            *((one.code, _starred(one)) for one in importer.get_columns(run.user)),
        ]
        known = [at for at, reason in enumerate(why) if reason == Why.REMEMBERED]
        ignored = outline.get("ignored", known)
        for at, (header, code) in enumerate(run.pairs()):
            is_ignored = not code and at in ignored
            if header or self._samples(at):
                self.fields[f"column-{at}"] = forms.ChoiceField(
                    label=header or f"第 {at + 1} 列（无表头）",
                    choices=choices,
                    initial=IGNORED if is_ignored else code,
                    required=False,
                )
        self.of_list: dict[str, Any] = {}
        self.ask_of_list(run, importer)

    def ask_of_list(self, run: ImportRun, importer: type[Importer]) -> None:
        """Ask what is asked of the list as ``run`` has it mapped."""
        new = _own(importer.asked_of_list(run.mapping))
        self.fields |= {name: field for name, field in new.items() if name not in self.of_list}
        self.of_list = new | self.of_list
        self.initial = {name: run.options.get(name, "") for name in self.of_list}

    def answers(self) -> dict[str, Any]:
        """Return what was said of the list as a whole."""
        return {name: self.cleaned_data[name] for name in self.of_list}

    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in self.of_list]

    def codes(self) -> list[str]:
        return [self.cleaned_data.get(f"column-{at}", "") for at in range(self.width)]

    def lines(self) -> list[dict[str, Any]]:
        """Return for each header where it stands, what is below, and why it is what it is."""
        hidden, why = self.outline.get("hidden", ()), self.outline.get("why", ())
        lines = []
        for name in (one for one in self.fields if one not in self.of_list):
            at = int(name.partition("-")[2])
            reason = why[at] if at < len(why) else ""
            lines.append(
                {
                    "letters": letters_of(at),
                    "is_hidden": at in hidden,
                    "samples": self._samples(at),
                    "why": REASONS.get(reason, ""),
                    "is_odd": reason in ODD,
                    "field": self[name],
                }
            )
        return lines

    def _samples(self, at: int) -> list[str]:
        samples = self.outline.get("samples", ())
        return list(samples[at]) if at < len(samples) else []


def unused_columns(run: ImportRun, outline: dict[str, Any]) -> list[str]:
    """Return in words the columns of a file that are not imported, but for numberings and empty ones."""
    why, samples = outline.get("why", ()), outline.get("samples", ())
    return [
        f"“{header or '无表头'}”（{letters_of(at)} 列）"
        for at, (header, code) in enumerate(run.pairs())
        if not code
        and at < len(why)
        and why[at] not in (Why.NUMBERING, Why.BESIDE)
        and (header or samples[at])
    ]


def beside(outline: dict[str, Any]) -> str:
    """Return the letters of the first column that seems to be another person's; empty: of none."""
    why = list(outline.get("why", ()))
    return letters_of(why.index(Why.BESIDE)) if Why.BESIDE in why else ""


def is_sideways(columns: Sequence[ImportColumn], outline: dict[str, Any]) -> bool:
    """Tell whether headers stand below each other: a form for each person, or a table on its side."""
    names = {known_header(header) for one in columns for header in one.headers}
    return any(
        len(names.intersection(map(normalise_header, below))) > 1
        for below in outline.get("samples", ())
    )


def _starred(column: Any) -> str:
    return f"{column.header}（必填）" if column.required else column.header


class AnswersForm(forms.Form):
    """What stands on the page of a preview: what words mean (``word-…``), and what stands instead in cells that
    were refused, or are to be looked at (``cell-12-phone``).

    ``answers`` are those that count already: only what differs from them is said. A field that
    was not sent says nothing.
    """

    def __init__(
        self,
        *args: Any,
        importer: type[Importer],
        user: Any,
        found: dict[str, Any],
        answers: Answers,
    ) -> None:
        super().__init__(*args)
        self.found, self.answers = found, answers
        self.words_asked: dict[str, dict[str, Any]] = {}
        columns = {one.code: one for one in (*importer.get_columns(user), *importer.asked)}
        lists: dict[str, list[str]] = {}
        for asked in (*found.get("words", ()), *found.get("applied", ())):
            column = columns.get(asked["code"])
            if column is None:
                continue
            line, name = self._line(asked), _word_name(asked)
            if column.words is None or line["question"]:
                field: forms.Field = _asked_field(line)
            else:
                known = lists.setdefault(column.code, list(column.words()))
                field = _word_field(column, line, known, is_update=importer.is_update)
            self.fields[name], self.words_asked[name] = field, line
        # A cell of which several things are said is typed once.
        self.cells_asked: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        for row, cell in self._cells():
            name, column = _cell_name(row, cell), columns.get(cell["code"])
            if column is not None and name not in self.cells_asked:
                self.cells_asked[name] = row, cell
                self.fields[name] = _cell_field(
                    column,
                    column.choices if column in importer.asked else (),
                    label=f"第 {row['row']} 行的{cell['column']}",
                    initial=self._content(row, cell),
                    required=False,
                )

    def _line(self, asked: dict[str, Any]) -> dict[str, Any]:
        code, word = asked["code"], asked["word"]
        declined = self.answers.is_declined(code, word)
        suggestion = "" if declined else asked["suggestion"]
        return asked | {"meant": self.answers.meaning(code, word), "suggestion": suggestion}

    def _cells(
        self, kinds: Sequence[str] = ASKED
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for row in (row for kind in kinds for row in self.found.get(kind, ())):
            yield from ((row, cell) for cell in row.get("cells", ()))
            yield from ((row, note) for note in row.get("notes", ()) if note.get("code"))

    def _content(self, row: dict[str, Any], cell: dict[str, Any]) -> str:
        """Return what stands in a cell, as far as a page shows it, or was typed for it and refused, too; of one that
        is taken what will be saved."""
        if "saved" in cell:
            return shown(cell["saved"], most=IN_A_CELL)
        typed = self.answers.cells.get(row["row"], {}).get(cell["code"])
        return shown(str(cell["content"]), most=IN_A_CELL) if typed is None else typed

    def word_lines(self) -> list[dict[str, Any]]:
        return [
            line | {"field": self[name], "word": shown(line["word"])}
            for name, line in self.words_asked.items()
        ]

    def cell_lines(self, kind: str) -> list[dict[str, Any]]:
        """Return the cells of one of `ASKED`, each once with its row, its field, and all that is wrong in it."""
        lines: dict[Any, dict[str, Any]] = {}
        for at, (row, cell) in enumerate(self._cells([kind])):
            name = _cell_name(row, cell)
            # What is said of a whole row has no field, and stands for itself.
            line = lines.setdefault(
                name if name in self.fields else at,
                {"row": row["row"], "name": shown(row["name"])}
                | cell
                | {"content": shown(cell["content"]), "whys": []}
                | {"field": self[name] if name in self.fields else None},
            )
            line["whys"].append(
                {"reason": cell["reason"], "detail": cell["detail"], "how": self._how(cell)}
            )
        return list(lines.values())

    def _how(self, cell: dict[str, Any]) -> str:
        """Return how it is said that the row of a cell is meant all the same; empty: nothing is asked of it."""
        if not (meant := cell.get("if_meant", "")):
            return ""
        asked = {"code": cell["code"], "word": cell["word"]}
        if _word_name(asked) in self.fields:
            return f"要{meant}的，请在上面“需要核对的词”中选择。"
        # More words than the page asks about: its own cell answers.
        typed = "清空这一格" if cell["content"] else "在这一格另填（如“在库”）"
        return f"要{meant}的，请{typed}，再重新检查。"

    def refused_lines(self) -> list[dict[str, Any]]:
        return self.cell_lines("refused")

    def answered_lines(self) -> list[dict[str, Any]]:
        return self.cell_lines("answered")

    def left_lines(self) -> list[dict[str, Any]]:
        return self.cell_lines("left")

    def note_lines(self) -> list[dict[str, Any]]:
        """Return what is said of rows that are taken; of a cell the first time with its field, if it is typed nowhere
        else on the page."""
        lines = []
        for row in self.found.get("notes", ()):
            for note in row["notes"]:
                name = _cell_name(row, note) if note.get("code") else ""
                is_typed = name in self.cells_asked and self.cells_asked[name][1] is note
                field = self[name] if is_typed else None
                lines.append({"row": row["row"], "name": row["name"], "field": field} | note)
        return lines

    def words(self) -> dict[str, dict[str, str | None]]:
        """Return what was said of words; None where a meaning is taken back, or a proposal
        declined."""
        said: dict[str, dict[str, str | None]] = {}
        for name, line in self.words_asked.items():
            if name not in self.data:
                continue
            typed = self.cleaned_data[name]
            meaning = ("" if typed in EMPTIED else typed) if typed else None
            # A word that is refused, typed once more, answers nothing: what it may be stays beside it.
            if meaning == line["word"] and line.get("proposals"):
                meaning = None
            if meaning != line["meant"] or (meaning is None and line["suggestion"]):
                said.setdefault(line["code"], {})[line["word"]] = meaning
        return said

    def cells(self) -> dict[int, dict[str, str]]:
        """Return what was typed where it differs from what stood there."""
        mended: dict[int, dict[str, str]] = {}
        for name, (row, cell) in self.cells_asked.items():
            if name in self.data:
                typed = self.cleaned_data[name]
                if _flat(typed) != _flat(self._content(row, cell)):
                    mended.setdefault(row["row"], {})[cell["code"]] = typed
        return mended

    def passed_over(self) -> list[int]:
        """Return the rows of an update that were not chosen."""
        chosen = set(self.data.getlist("chosen"))  # type: ignore[attr-defined]
        return [
            one["row"] for one in self.found.get("changed", ()) if str(one["row"]) not in chosen
        ]

    def is_news(self) -> bool:
        """Whether something was said that the check shown on the page did not know yet."""
        return bool(self.cells()) or any(
            meaning != self.answers.meaning(code, word)
            for code, said in self.words().items()
            for word, meaning in said.items()
        )


def _cell_field(column: ImportColumn, choices: Sequence[str], **facts: Any) -> forms.Field:
    """Return where a cell is typed again, or what is asked of its row is answered."""
    if choices:
        said = [("", "不导入这一行"), *((word, word) for word in choices)]
        return forms.ChoiceField(choices=said, **facts)
    text = forms.TextInput(attrs=_typing(column))
    # What stands there shortened is longer by its sign, and hinders nobody while it stays.
    longest = max(IN_A_CELL, len(facts["initial"]))
    return forms.CharField(max_length=longest, widget=text, **facts)


def _flat(text: str) -> str:
    """Return a text as a browser sends it back of an input of one line."""
    return "".join(text.splitlines()).strip()


def _cell_name(row: dict[str, Any], cell: dict[str, Any]) -> str:
    return f"cell-{row['row']}-{cell['code']}"


def _word_name(asked: dict[str, Any]) -> str:
    """Return the name of a word's field: the same one, whatever else the page asks about."""
    return f"word-{asked['code']}-{sha256(asked['word'].encode()).hexdigest()[:12]}"


def _typing(column: ImportColumn, proposed: Sequence[str] = ()) -> dict[str, str]:
    """Return the attributes of an input in which a cell of ``column`` is typed; what is ``proposed`` for it
    stands below before anything is typed."""
    proposing = {"data-url": column.src()} if column.src else {}
    if proposed:
        proposing["data-proposed"] = json.dumps(proposed, ensure_ascii=False)
    enhanced = {"data-enhance": "suggest"} if proposing else {}
    return {"autocomplete": "off"} | enhanced | proposing


def _asked_field(line: dict[str, Any]) -> forms.Field:
    """A word that the importer asks about, with its answers."""
    word, meaning, asked = line["word"], line["meant"], line["question"]
    # Once it is answered nothing is asked of it any more.
    choices = dict(asked["meanings"]) if asked else {"": "撤回，再问一次"}
    if meaning == "":
        meaning = LEFT_EMPTY
        choices.setdefault(LEFT_EMPTY, EMPTY_WORD)
    elif meaning:
        choices.setdefault(meaning, "按原样" if meaning == word else f"当作“{shown(meaning)}”")
    label = f"{line['column']}“{shown(word)}”"
    return forms.ChoiceField(
        label=label, initial=meaning, required=False, choices=list(choices.items())
    )


def _word_field(
    column: ImportColumn, line: dict[str, Any], known: list[str], *, is_update: bool
) -> forms.Field:
    label = f"{line['column']}“{shown(line['word'])}”"
    meaning, proposed = line["meant"], line.get("proposals", [])
    initial = line["suggestion"] if meaning is None else meaning or LEFT_EMPTY
    # Nothing is chosen for the user that may be something else.
    told = f"可能是：{'、'.join(proposed)}" if proposed and meaning is None else ""
    if len(known) > LISTED:
        hint = "请选择，或填目录中的名称或代码" if proposed else "填目录中的名称或代码"
        if not column.required:
            empty = UNCHANGED_WORD if is_update else EMPTY_WORD
            proposed, hint = [*proposed, empty], f"{hint}，或选“{empty}”"
            initial = empty if initial == LEFT_EMPTY else initial
        return forms.CharField(
            label=label,
            initial=initial,
            required=False,
            help_text=told,
            max_length=200,
            widget=forms.TextInput(attrs=_typing(column, proposed) | {"placeholder": hint}),
        )
    nothing = [] if column.required else [(LEFT_EMPTY, UNCHANGED_WORD if is_update else EMPTY_WORD)]
    first = "按原样保存" if column.is_free else "暂不处理"
    first = f"请选择（不选就{first}）" if proposed else first
    # What was said before may have left its list meanwhile.
    words = dict.fromkeys([*proposed, *known, *([meaning] if meaning else [])])
    choices = [("", first), *nothing, *((word, word) for word in words)]
    return forms.ChoiceField(
        label=label, initial=initial, required=False, help_text=told, choices=choices
    )
