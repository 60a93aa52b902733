"""Tables of paths and labels as spreadsheets, scripts and strangers write them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenslet.data import read, read_table
from lenslet.errors import DataError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Four pictures in folders, and a table with the given content beside them."""

    def make(content: str | bytes, name: str = "pictures.csv") -> Path:
        for file in ("cats/1.jpg", "cats/2.jpg", "dogs/1.png", "dogs/two, too.png"):
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_bytes(b"x")
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / name

    return make


PLAIN = 'path,label\ncats/1.jpg,cat\ncats/2.jpg,cat\ndogs/1.png,dog\n"dogs/two, too.png",dog\n'
EXPECTED = [("1.jpg", 0), ("2.jpg", 0), ("1.png", 1), ("two, too.png", 1)]


def found(table: Path) -> list[tuple[str, int]]:
    return [(s.path.name, s.label) for s in read_table(table).train]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("path,label", "Filename , CLASS"),
        PLAIN.replace("path,label", "image,category"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\n\n,\n"),
        PLAIN.removesuffix("\n"),
        PLAIN.replace("/", "\\"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        "sep=;\n" + PLAIN.replace("cats/1.jpg,cat", "cats/1.jpg;cat").replace(",", ";").replace("two;", "two,"),
        PLAIN.replace(",", "\t").replace("two\t", "two,"),
        "\n\n" + PLAIN,
        "n,path,taken,label\n" + "".join(
            f"{i},{line.rpartition(',')[0]},2024,{line.rpartition(',')[2]}\n"
            for i, line in enumerate(PLAIN.splitlines()[1:])
        ),
    ],
    ids=["plain", "spelling", "image,category", "crlf", "cr", "blank", "no-end", "windows", "bom", "utf-16", "excel",
         "tabs", "late", "more-columns"],
)  # fmt: skip
def test_a_table_is_read_however_it_was_written(write: Write, content: str | bytes) -> None:
    table = write(content)
    assert found(table) == EXPECTED
    parts = read_table(table)
    assert parts.labels == ("cat", "dog")
    assert parts.notes == ()
    assert parts.root == table


def test_parts_are_taken_from_their_column(write: Write) -> None:
    parts = read(write("file,label,Split\ncats/1.jpg,cat,train\ncats/2.jpg,cat,Validation\ndogs/1.png,dog,\n"))
    assert [[s.path.name for s in part] for part in (parts.train, parts.valid, parts.test)] == [
        ["1.jpg", "1.png"], ["2.jpg"], [],
    ]  # fmt: skip


def test_a_tsv_and_absolute_paths(write: Write, tmp_path: Path) -> None:
    content = f"path\tlabel\n{tmp_path}/cats/1.jpg\tcat\n./dogs/../dogs/1.png\tdog\n"
    assert [s.path for s in read(write(content, "t.TSV")).train] == [tmp_path / "cats/1.jpg", tmp_path / "dogs/1.png"]


def test_latin_1_is_read_and_told(write: Write) -> None:
    parts = read_table(write("path,label\ncats/1.jpg,Pärchen\ndogs/1.png,Hündin\n".encode("latin-1")))
    assert parts.labels == ("Hündin", "Pärchen")
    assert "is not UTF-8 (line 2)" in parts.notes[0]


def test_names_with_accents_are_found_however_they_are_composed(write: Write, tmp_path: Path) -> None:
    table = write("path,label\ncafe\u0301.jpg,a\ndogs/1.png,b\n")
    (tmp_path / "caf\u00e9.jpg").write_bytes(b"x")
    assert len(read_table(table).train) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gone.jpg,cat", "line 6: no such file (gone.jpg)"),
        ("cats,cat", "line 6: a folder, a pipe or a device"),
        ("pictures.csv,cat", "line 6: by its name no picture (pictures.csv)"),
        ("https://example.org/a.jpg,cat", "line 6: an address"),
        ("cats/1.jpg,cat", "line 6: a file that was named before"),
        ("cats/1.jpg,", "line 6: no label"),
        ("cats/1.jpg", "line 6: no label"),
        (",cat", "line 6: no path"),
        ("a\0b.jpg,cat", "line 6: no such file"),
        ("x" * 5000 + ".jpg,cat", "line 6: no such file"),
        ("x" * 200_000 + ",cat", "no line of a table"),
    ],
)
def test_a_line_that_cannot_be_used_is_left_out_and_told_with_its_number(write: Write, line: str, said: str) -> None:
    table = write(PLAIN + line + "\n")
    assert found(table) == EXPECTED
    assert any(said in note for note in read_table(table).notes), read_table(table).notes


def test_many_lines_of_one_kind_are_one_note(write: Write) -> None:
    [note] = read_table(write(PLAIN + "gone.jpg,cat\n" * 9)).notes
    assert "lines 6, 7, 8, 9, 10 and 4 more: no such file" in note


def test_a_file_under_two_classes_is_left_out_and_both_lines_are_told(write: Write) -> None:
    parts = read_table(write(PLAIN + "./cats/1.jpg,dog\n"))
    assert "1.jpg" not in [s.path.name for s in parts.train]
    assert "1.jpg: cat in line 2, here dog" in parts.notes[0]


def test_a_file_in_two_parts_counts_in_the_first(write: Write) -> None:
    parts = read_table(write("path,label,set\ncats/1.jpg,a,train\ndogs/1.png,b,train\ncats/1.jpg,a,test\n"))
    assert len(parts.train) == 2
    assert parts.test == ()
    assert "two parts" in parts.notes[0]


def test_an_unknown_part_is_told(write: Write) -> None:
    table = write("path,label,part\ncats/1.jpg,a,blue\ncats/2.jpg,a,train\ndogs/1.png,b,train")
    assert "none of train" in read_table(table).notes[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_never_opened(write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "a pipe or a device" in read_table(write(PLAIN + "pipe.jpg,cat\n")).notes[0]
    os.mkfifo(tmp_path / "cats" / "pipe.jpg")
    assert "pipe.jpg" not in [s.path.name for s in read(tmp_path).train]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("cats/1.jpg,cat\ndogs/1.png,dog\n", "no header"),
        ("", "is empty"),
        ("\n \n;;\n", "is empty"),
        ("path,price\n", "no header"),
        ("path,label\n", "names no picture"),
        ("path,label\na.jpg,cat\nb.jpg,dog\n", "none of the pictures .* 'a.jpg' in line 2"),
        ("path,label\ncats/1.jpg,cat\n", "one class only"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "no header"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(write: Write, content: str | bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_table(write(content))


def test_other_files_and_missing_tables_are_refused(write: Write, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a \.csv file with columns path and label"):
        read(write(PLAIN, "pictures.zip"))
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "gone.csv")
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "gone")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="no pictures found"):
        read(tmp_path / "folder.csv")


WORDS = st.sampled_from(["path", "label", "part", "train", "cat", "dog", "é", "قطة", "=1+1"])
FILES = st.sampled_from(["cats/1.jpg", "cats\\2.jpg", "dogs/1.png", "/etc/passwd", "/dev/zero", ".", "..", "/"])
MARKS = st.sampled_from(["", '"', "'", ",", ";", "\0", "\t", "\n", "\r\n", "\udcff", "\ufeff"])
CELLS = WORDS | FILES | MARKS | st.text(max_size=8)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=8),
    st.sampled_from(["path,label\n", "path,label,part\n", ""]),
    st.sampled_from(["utf-8", "latin-1", "utf-16", "utf-8-sig"]),
)
def test_no_table_does_anything_but_read_or_refuse(write: Write, lines: list[str], head: str, encoding: str) -> None:
    table = write((head + "\n".join(lines)).encode(encoding, "replace"))
    try:
        parts = read_table(table, at_least=1)
    except DataError as error:
        assert str(error)
        return
    named = [s.path for part in parts.named.values() for s in part]
    assert named
    assert len(set(named)) == len(named)
    assert all(path.is_file() and path.suffix in (".jpg", ".png") for path in named)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_crash_it(write: Write, content: bytes) -> None:
    with pytest.raises(DataError):
        read_table(write(content))
