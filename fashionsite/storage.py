"""Where static files are collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Compressed, and named after their content, in what JavaScript modules import too."""

    support_js_module_import_aggregation = True
