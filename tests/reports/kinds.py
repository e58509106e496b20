"""All kinds of findings that our checks give, read from their source."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import checks
from checks.ssh import Outcome

MADE = {"ssh": {f"ssh-{outcome.replace(' ', '-')}" for outcome in Outcome}}
"""Kinds that a module puts together, by the module's name."""
_WHERE = 1  # of `kind` among the values of a Finding


def kinds() -> set[str]:
    """Every kind; fails where the source gives one in a way that is not understood here."""
    found: set[str] = set()
    for path in sorted(Path(checks.__file__).parent.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                for given in _given(node):
                    found |= _values(given, node, module, path)
    return found


def _given(call: ast.Call) -> Iterator[ast.expr]:
    """What a call gives as a finding's kind."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "Finding" and len(call.args) > _WHERE:
        yield call.args[_WHERE]
    elif name in ("Finding", "replace"):
        yield from (word.value for word in call.keywords if word.arg == "kind")


def _values(given: ast.expr, at: ast.AST, module: ast.Module, path: Path) -> set[str]:
    match given:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return _values(body, at, module, path) | _values(orelse, at, module, path)
        case ast.Name(id=name):
            function = _around(at, module)
            found = [_values(one, at, module, path) for one in _assigned(name, function)]
            found += [_values(one, call, module, path) for one, call in _passed(name, function, module)]
            if found:
                return set().union(*found)
        case ast.JoinedStr() if path.stem in MADE:
            return MADE[path.stem]
    raise AssertionError(f"{path}: a finding's kind is given in a way that is not understood: {ast.unparse(given)}")


def _around(node: ast.AST, module: ast.Module) -> ast.FunctionDef:
    functions = [one for one in ast.walk(module) if isinstance(one, ast.FunctionDef)]
    return next(one for one in functions if node in ast.walk(one))


def _assigned(name: str, function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield node.value
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    yield from _at(name, target.elts, node.value.elts)


def _at(name: str, targets: Iterable[ast.expr], values: Iterable[ast.expr]) -> Iterator[ast.expr]:
    pairs = zip(targets, values, strict=True)
    yield from (value for target, value in pairs if isinstance(target, ast.Name) and target.id == name)


def _passed(name: str, function: ast.FunctionDef, module: ast.Module) -> Iterator[tuple[ast.expr, ast.Call]]:
    names = [argument.arg for argument in function.args.args]
    for node in ast.walk(module) if name in names else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name:
            yield node.args[names.index(name)], node
