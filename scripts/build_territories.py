"""Build the committed file of territories from one pinned source.

The source is the npm package ``@etalab/decoupage-administratif`` 6.0.0 (edition 2026 of the
administrative map; code MIT, data under Licence Ouverte 2.0: INSEE "Code officiel géographique"
and populations, DGCL lists of EPCI, La Poste postal codes). To rebuild::

    npm pack @etalab/decoupage-administratif@6.0.0
    python -m scripts.build_territories etalab-decoupage-administratif-6.0.0.tgz

The tarball's sha256 is verified; the output is the same for the same tarball (no time stamp, rows
in a fixed order).

Choices the source leaves open:

- overseas collectivities (975, 977, 978, 984, 986 to 989) are neither departments nor regions,
  but the source lists them as both: both rows are kept, of kind ``com``, so that every commune has
  a department and a region and the levels still add up to the country;
- populations above the commune are sums over the present communes, so that levels agree with each
  other (the EPCI file of the source is of another census);
- ``chefLieu`` of departments and regions is left out (wrong for the TAAF, and of no use here);
- a delegated or associated commune is an alias of the commune it belongs to, as are former codes.
"""

import argparse
import csv
import gzip
import hashlib
import io
import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.exchange.territories import ALIAS_LEVEL, COLUMNS, DATA_FILE

SOURCE_SHA256 = "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a"
COUNTRY = "FR"

_ZONES = {"metro": "mainland", "drom": "drom", "com": "com"}
_COMMUNE_KINDS = {"commune-actuelle": "commune", "arrondissement-municipal": "arrondissement_municipal"}
_PART_KINDS = {"commune-deleguee": "delegated", "commune-associee": "associated"}

Item = dict[str, Any]
Row = dict[str, str]


def load_source(tarball: bytes) -> dict[str, list[Item]]:
    """Give the JSON files of the package by name, after checking that it is the pinned one.

    Raises ValueError when the hash differs.
    """
    found = hashlib.sha256(tarball).hexdigest()
    if found != SOURCE_SHA256:
        message = f"sha256 of the tarball is {found}, expected {SOURCE_SHA256}"
        raise ValueError(message)
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        return {
            name: _member(archive, name) for name in ("communes", "epci", "ept", "departements", "regions")
        }


def build_rows(source: dict[str, list[Item]]) -> list[Row]:
    """Give the rows of the file: territories, parents before children, then aliases."""
    communes = _commune_rows(source)
    whole = [row for row in communes if row["kind"] == "commune"]
    regions = [
        _row("region", r["code"], r["nom"], _ZONES[r["zone"]], region=r["code"], country=COUNTRY)
        for r in source["regions"]
    ]
    departments = [
        _row(
            "department",
            d["code"],
            d["nom"],
            _ZONES[d["zone"]],
            department=d["code"],
            region=d["region"],
            country=COUNTRY,
        )
        for d in source["departements"]
    ]
    epcis = [
        _row("epci", e["code"], e["nom"], e["type"], epci=e["code"], country=COUNTRY) for e in source["epci"]
    ]
    epts = [
        _row(
            "ept",
            e["code"],
            e["nom"],
            "EPT",
            epci=_only_epci(whole, e["code"]),
            ept=e["code"],
            country=COUNTRY,
        )
        for e in source["ept"]
    ]
    country = _row("country", COUNTRY, "France", "country", country=COUNTRY)
    above = [country, *_by_code(regions), *_by_code(departments), *_by_code(epcis), *_by_code(epts)]
    _sum_populations(above, whole)
    parts = [row for row in communes if row["kind"] != "commune"]
    return [*above, *_by_code(whole), *_by_code(parts), *_alias_rows(source["communes"])]


def render(rows: Iterable[Row]) -> bytes:
    """Give the compressed CSV; the gzip header carries neither name nor time."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    output = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=output, compresslevel=9, mtime=0) as stream:
        stream.write(text.getvalue().encode())
    return output.getvalue()


def _member(archive: tarfile.TarFile, name: str) -> list[Item]:
    stream = archive.extractfile(f"package/data/{name}.json")
    if stream is None:
        message = f"{name}.json is not a file of the package"
        raise ValueError(message)
    items: list[Item] = json.load(stream)
    return items


def _row(level: str, code: str, name: str, kind: str, **ancestors: str) -> Row:
    return dict.fromkeys(COLUMNS, "") | {"level": level, "code": code, "name": name, "kind": kind} | ancestors


def _by_code(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["code"])


def _commune_rows(source: dict[str, list[Item]]) -> list[Row]:
    epci_of = {m["code"]: e["code"] for e in source["epci"] for m in e["membres"]}
    ept_of = {m["code"]: e["code"] for e in source["ept"] for m in e["membres"]}
    rows = []
    for item in source["communes"]:
        if item["type"] not in _COMMUNE_KINDS:
            continue
        parent: str = item.get("commune") or item["code"]
        population = item.get("population")
        rows.append(
            _row(
                "commune",
                item["code"],
                item["nom"],
                _COMMUNE_KINDS[item["type"]],
                commune=parent,
                epci=epci_of.get(parent, ""),
                ept=ept_of.get(parent, ""),
                department=item["departement"],
                region=item["region"],
                country=COUNTRY,
                population="" if population is None else str(population),
                postal_codes=" ".join(sorted(item.get("codesPostaux", []))),
            )
        )
    return rows


def _only_epci(communes: Iterable[Row], ept: str) -> str:
    epcis = {row["epci"] for row in communes if row["ept"] == ept}
    return epcis.pop() if len(epcis) == 1 else ""


def _sum_populations(above: Iterable[Row], communes: Iterable[Row]) -> None:
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in communes:
        if row["population"]:
            for level in ("epci", "ept", "department", "region", "country"):
                sums[level, row[level]] += int(row["population"])
    for row in above:
        key = (row["level"], row["code"])
        row["population"] = str(sums[key]) if key in sums else ""


def _alias_rows(communes: Iterable[Item]) -> Iterator[Row]:
    found = set()
    for item in communes:
        if item["type"] in _PART_KINDS:
            found.add((item["code"], _PART_KINDS[item["type"]], item["chefLieu"], item["nom"]))
        found |= {(old, "former", item["code"], "") for old in item.get("anciensCodes", [])}
    for code, kind, commune, name in sorted(found):
        yield _row(ALIAS_LEVEL, code, name, kind, commune=commune)


def main(arguments: list[str] | None = None) -> None:
    """Write the file from the tarball named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tarball", type=Path)
    parser.add_argument("--output", type=Path, default=DATA_FILE)
    options = parser.parse_args(arguments)
    rows = build_rows(load_source(options.tarball.read_bytes()))
    options.output.write_bytes(render(rows))
    sys.stdout.write(f"{len(rows)} rows written to {options.output}\n")


if __name__ == "__main__":
    main()
