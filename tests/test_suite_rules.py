import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ELSEWHERE = ("192.0.2.1", 80)  # an address that documentation may use and nobody has (RFC 5737)


def test_only_this_machine_can_be_reached() -> None:
    with pytest.warns(UserWarning, match="connect"), pytest.raises(SocketConnectBlockedError):
        socket.create_connection(ELSEWHERE, timeout=1)


def test_with_ci_a_skip_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_tests.py").write_text("import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('no')\n")
    (tmp_path / "test_module.py").write_text("import pytest\npytest.skip('no', allow_module_level=True)\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--continue-on-collection-errors", str(tmp_path)]
    environment = os.environ | {"CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed, 1 error" in done.stdout, done.stdout + done.stderr
