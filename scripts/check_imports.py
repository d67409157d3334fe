"""Import every module of the application: what is installed suffices, nothing of the tests is needed."""

import importlib
import pkgutil

import app


def main() -> None:
    """Raise the first error of import met."""
    names = [module.name for module in pkgutil.walk_packages(app.__path__, "app.")]
    for name in names:
        importlib.import_module(name)
    print(f"{len(names)} modules of the application can be imported")


if __name__ == "__main__":
    main()
