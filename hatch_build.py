"""What the wheel's build reads or needs besides the packages: dependencies, and sites that were built before."""

import gzip
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class RequirementsHook(MetadataHookInterface):
    """Fills `project.dependencies` from requirements.in, so that they are written down once.

    A line that starts with `#` or `-` is not a requirement.
    """

    def update(self, metadata: dict[str, object]) -> None:
        lines = (Path(self.root) / "requirements.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in map(str.strip, lines) if line and line[0] not in "#-"]


GZIPPED = {".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
SMALLEST_GZIPPED = 1024


class SitesHook(BuildHookInterface[Any]):
    """Puts the sites that pyproject.toml names into the wheel, from `build/`, as `api/static/`; long texts gzipped too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # the checkout's own api/sites.py looks into build/
            return
        for name in self.config["sites"]:
            folder = Path(self.root) / "build" / name
            if not (folder / "index.html").is_file():
                raise FileNotFoundError(f"build/{name} is not built: run `make sites`, then build the wheel")
            for file in folder.rglob("*"):
                if file.suffix in GZIPPED and (content := file.read_bytes())[SMALLEST_GZIPPED:]:
                    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(content, mtime=0))
            build_data["force_include"][str(folder)] = f"api/static/{name}"
