"""The folder of media: each file once, under the digest of its bytes, whole or not at all.

A file is written under its reference first and under its digest then, each time beside its place, synced and renamed:
whoever stops in between finds it again and need not fetch it anew. Names that people gave never become paths.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.settings import Settings
from storage.media import Stored

ARRIVED = "incoming"
_PART = ".part"

# What the first bytes of a file say of it. What a browser might run stays plain bytes.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"BM", "image/bmp", ".bmp"),
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"#!AMR", "audio/amr", ".amr"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"Rar!\x1a\x07", "application/vnd.rar", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", ".7z"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ".ole"),
)
_OFFICE = (
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    (b"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
)
_HEIC = frozenset({b"heic", b"heix", b"mif1", b"msf1"})
_RIFF = {b"WEBP": ("image/webp", ".webp"), b"WAVE": ("audio/wav", ".wav")}


def folder_of(settings: Settings) -> Path:
    """The folder of media: the one that is set, else `media` beside the SQLite file, else `data/media`."""
    if settings.media_dir is not None:
        return settings.media_dir
    url = make_url(settings.database_url)
    beside = Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else Path("data")
    return beside / "media"


def kind_of(content: bytes) -> tuple[str, str]:
    """The type of a file by its bytes, and the ending for its name."""
    for start, content_type, ending in _SIGNATURES:
        if content.startswith(start):
            return content_type, ending
    if content.startswith(b"RIFF") and content[8:12] in _RIFF:
        return _RIFF[content[8:12]]
    if content[4:8] == b"ftyp":
        return ("image/heic", ".heic") if content[8:12] in _HEIC else ("video/mp4", ".mp4")
    if content.startswith(b"PK\x03\x04"):
        # The names of what is inside stand unpacked in it.
        office = (found for mark, *found in _OFFICE if mark in content)
        content_type, ending = next(office, ("application/zip", ".zip"))
        return content_type, ending
    return ("text/plain", ".txt") if _is_text(content[:4096]) else ("application/octet-stream", ".bin")


def _is_text(start: bytes) -> bool:
    try:
        # The last character may be cut off.
        return "\0" not in codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False


def mark(platform: str, ref: str) -> str:
    """The name of what was fetched by a reference, until it is kept."""
    return sha256(f"{platform}\0{ref}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


class MediaFolder:
    """Files below `root`, which is made when there is something to put into it. Every method may raise OSError."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def arrive(self, name: str, content: bytes) -> None:
        """Keeps what was fetched under the mark of its reference."""
        self._write(name, self.root / ARRIVED / name, content)

    def arrived(self, name: str) -> bytes | None:
        """What was fetched before by the reference of this mark."""
        try:
            return (self.root / ARRIVED / name).read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, name: str, content: bytes) -> Stored:
        """Keeps what arrived under a mark under its digest; the same file again changes nothing."""
        digest = sha256(content).hexdigest()
        content_type, ending = kind_of(content)
        path = Path(digest[:2], digest + ending)
        place = self.root / path
        if not place.is_file() or place.stat().st_size != len(content):
            self._write(name, place, content)
        return Stored(digest, len(content), content_type, path.as_posix())

    def settle(self, name: str) -> None:
        """Forgets what arrived under this mark."""
        self.tidy([name])

    def marks(self) -> list[str]:
        """The marks of all that has arrived, whole or not."""
        folder = self.root / ARRIVED
        return sorted({entry.name.partition(".")[0] for entry in folder.iterdir()}) if folder.is_dir() else []

    def tidy(self, marks: Collection[str]) -> None:
        """Deletes what arrived under these marks, whole or not."""
        for name in marks:
            for path in (self.root / ARRIVED).glob(f"{name}*"):
                path.unlink(missing_ok=True)

    def remove(self, path: str) -> None:
        """Deletes a kept file."""
        place = (self.root / path).resolve()
        if place.is_relative_to(self.root.resolve()):
            place.unlink(missing_ok=True)

    def _write(self, name: str, place: Path, content: bytes) -> None:
        incoming = self.root / ARRIVED
        for folder in (incoming, place.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Two who write the same file must not write into each other's.
        part = incoming / f"{name}.{os.getpid()}-{os.urandom(4).hex()}{_PART}"
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        _sync(place.parent)


def _sync(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
