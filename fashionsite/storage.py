"""Where static files are collected."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Compressed, and named after their content, in what JavaScript modules import too."""

    support_js_module_import_aggregation = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Only what pages ask for, which is named after its content, and each file once, whenever the shop starts."""
        asked_for = set(self.hashed_files.values())
        return super().compress_files(path for path in paths if path in asked_for and not self._is_compressed(path))

    def _is_compressed(self, path: str) -> bool:
        """Its gzip is written last; a start that was killed may have left a part of it."""
        file = Path(self.path(path))
        try:
            return gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes()) == file.read_bytes()
        except (OSError, EOFError, zlib.error):
            return False
