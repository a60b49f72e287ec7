"""The media storage in a bucket of an object store, which as many machines share as there are."""

import errno
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from catalog.pictures.media import MediaFile, MediaStorage

AT_ONCE = 16
"""So many requests of one sweep go on beside each other."""
DELETED_AT_ONCE = 1000
"""The most that an object store takes."""
NAME_BYTES = 1024
NUMBERS = {"404": errno.ENOENT, "NoSuchKey": errno.ENOENT, "403": errno.EACCES, "AccessDenied": errno.EACCES}
"""What answers of an object store are called elsewhere"""


class Bucket(S3Storage, MediaStorage):
    """What MEDIA_STORAGE names. An object that is written is written in full, and survives power cuts.

    Whom to ask, and as whom, boto3 reads from the environment.
    """

    def __init__(self, bucket_name: str, location: str = "") -> None:
        # A name of the bucket's own below the store's is what AWS has and few others have.
        has_own_endpoint = "AWS_ENDPOINT_URL_S3" in os.environ or "AWS_ENDPOINT_URL" in os.environ
        patience = Config(
            connect_timeout=2,
            read_timeout=10,
            retries={"total_max_attempts": 3, "mode": "standard"},
            max_pool_connections=AT_ONCE,
            s3={"addressing_style": "path" if has_own_endpoint else "auto"},
        )
        super().__init__(bucket_name=bucket_name, location=location, client_config=patience)

    @cached_property
    def _client(self) -> Any:
        """One for all threads, which may share it; to make one takes its time."""
        return self.connection.meta.client

    def _at(self, name: str) -> dict[str, str]:
        """Where the object of that name is. Raises SuspiciousOperation where that is not within the location."""
        key = self._normalize_name(name.replace("\\", "/"))
        if len(key.encode()) > NAME_BYTES:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return {"Bucket": self.bucket_name, "Key": key}

    def _open(self, name: str, mode: str = "rb") -> File:
        """The whole of it, by one request."""
        with _told_as_os_errors():
            content = self._client.get_object(**self._at(name))["Body"].read()
        return File(BytesIO(content), name)

    def _save(self, name: str, content: File) -> str:
        with _told_as_os_errors():
            content.seek(0)
            body = content.read()
            self._client.put_object(**self._at(name), Body=body, **self._get_write_parameters(name, content))
        return name

    def keep(self, name: str, content: bytes) -> bool:
        is_there = self._size_of(name) == len(content)
        # To say of an object that it is as if new takes a request, too.
        self.save(name, ContentFile(content))
        return not is_there

    def flush(self) -> None:
        """Nothing waits."""

    def exists(self, name: str) -> bool:
        return self._size_of(name) is not None

    def size(self, name: str) -> int:
        with _told_as_os_errors():
            return self._client.head_object(**self._at(name))["ContentLength"]

    def _size_of(self, name: str) -> int | None:
        try:
            return self.size(name)
        except FileNotFoundError:
            return None

    def get_modified_time(self, name: str) -> datetime:
        with _told_as_os_errors():
            return self._client.head_object(**self._at(name))["LastModified"]

    def delete(self, name: str) -> None:
        with _told_as_os_errors():
            self._client.delete_object(**self._at(name))

    def url(self, name: str | None) -> str:
        """The shop's own address of it, or that of what stands in front of the shop's pictures."""
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name or ""))

    def walk(self, folder: str = "") -> Iterator[MediaFile]:
        root = f"{self.location.strip('/')}/".lstrip("/")
        pages = self._client.get_paginator("list_objects_v2")
        with _told_as_os_errors():
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=f"{root}{folder}/" if folder else root):
                for found in page.get("Contents", ()):
                    name = found["Key"].removeprefix(root)
                    yield MediaFile(name, found["Size"], found["LastModified"].timestamp())

    def delete_old(self, names: Iterable[str], before: datetime) -> int:
        deleted = 0
        names = iter(names)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while batch := list(islice(names, DELETED_AT_ONCE)):
                is_old = pool.map(lambda name: self._is_old(name, before), batch)
                old = [{"Key": self._at(name)["Key"]} for name, so in zip(batch, is_old, strict=True) if so]
                deleted += self._delete_all(old)
        return deleted

    def _is_old(self, name: str, before: datetime) -> bool:
        try:
            return self.get_modified_time(name) <= before
        except FileNotFoundError:
            return False

    def _delete_all(self, keys: list[dict[str, str]]) -> int:
        if not keys:
            return 0
        with _told_as_os_errors():
            answer = self._client.delete_objects(Bucket=self.bucket_name, Delete={"Objects": keys, "Quiet": True})
        if errors := answer.get("Errors"):
            raise OSError(errno.EIO, f"{errors[0]['Key']}: {errors[0]['Message']}")
        return len(keys)

    def delete_abandoned(self) -> None:
        """There is no half an object."""

    def probe(self) -> None:
        self.save(name := f"check-{uuid4()}", ContentFile(b"is there room?"))
        self.delete(name)

    @property
    def free_bytes(self) -> None:
        return None


@contextmanager
def _told_as_os_errors() -> Iterator[None]:
    """What is at fault is the storage, and the shop knows a storage's faults by one name."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        number = NUMBERS.get(said.get("Code", ""), errno.EIO)
        raise OSError(number, said.get("Message") or str(error)) from error
    except BotoCoreError as error:
        raise OSError(errno.EIO, str(error)) from error
