"""Files that the product writes: regular, private, whole, never through a link and never over anything but a file."""

import os
import stat

import pytest

from casebook import writing
from casebook.errors import UnreadableFile


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_file_is_private_whatever_it_was_before_and_whatever_the_umask(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    path.chmod(0o666)
    before = os.umask(0)
    try:
        writing.write_whole(path, ["new"])
    finally:
        os.umask(before)
    assert (path.read_text(), mode(path)) == ("new\n", 0o600)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def streamed(path):
    with writing.whole_text(path) as text:
        text.write("new")


def link(path):
    path.symlink_to(path.with_name("elsewhere"))


def dangling(path):
    path.symlink_to("/nonexistent/file")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (link, "output_is_link"),
        (dangling, "output_is_link"),
        (os.mkfifo, "output_not_a_file"),
        (lambda path: path.mkdir(), "unwritable_file"),
    ],
)
@pytest.mark.parametrize("write", [lambda path: writing.write_whole(path, b"new"), streamed, writing.refuse_unwritable])
def test_what_is_not_a_file_is_refused_and_stays(tmp_path, make, code, write):
    (tmp_path / "elsewhere").write_text("kept")
    path = tmp_path / "out.csv"
    make(path)
    before = path.lstat()
    with pytest.raises(UnreadableFile) as refused:
        write(path)
    assert refused.value.code == code
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert (tmp_path / "elsewhere").read_text() == "kept"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_a_device_is_refused_and_stays(tmp_path):
    path = tmp_path / "null"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("this machine does not let its root make devices")
    with pytest.raises(UnreadableFile) as refused:
        writing.write_whole(path, b"new")
    assert refused.value.code == "output_not_a_file"
    assert stat.S_ISCHR(path.lstat().st_mode)


def test_a_hard_link_elsewhere_keeps_what_it_had(tmp_path):
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "out.csv"
    elsewhere.write_text("kept")
    path.hardlink_to(elsewhere)
    writing.write_whole(path, b"new")
    assert (elsewhere.read_text(), path.read_text()) == ("kept", "new")


def test_a_link_that_is_put_there_meanwhile_is_not_followed(tmp_path):
    path, elsewhere = tmp_path / "out.csv", tmp_path / "elsewhere"
    elsewhere.write_text("kept")

    def lines():
        yield "new"
        path.symlink_to(elsewhere)

    def write():
        with writing.whole_text(path) as text:
            text.writelines(lines())

    with pytest.raises(UnreadableFile):
        write()
    assert elsewhere.read_text() == "kept"


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def write():
        with writing.whole_text(path) as text:
            text.write("half of it")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.csv"]


def test_a_name_may_be_as_long_as_names_can_be(tmp_path):
    writing.write_whole(tmp_path / ("x" * 255), b"new")
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"new"]


def test_what_may_be_written_only_once_is_never_replaced(tmp_path):
    path = tmp_path / "seal.json"
    assert writing.write_once(path, b"first")
    assert not writing.write_once(path, b"second")
    assert (path.read_bytes(), mode(path)) == (b"first", 0o600)
    assert [entry.name for entry in tmp_path.iterdir()] == ["seal.json"]


def test_text_keeps_its_line_ends_and_is_utf_8(tmp_path):
    path = tmp_path / "out.csv"
    with writing.whole_text(path) as text:
        text.write("Zoë\r\nnext\n")
    assert path.read_bytes() == "Zoë\r\nnext\n".encode()
