"""The warm worker on a real server: every way a run can end leaves a true state in Prefect, and nothing running."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_SSL_CERT_FILE, PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling
from processes import children, command_line, kill

from benchmarks.handoff_flows import CATALOGUE
from casebook.storage.server import cluster
from deployments import automations
from deployments.catalogue import register
from deployments.orphans import identity, is_gone
from deployments.platform import AlreadyUp, PlatformPlan, PortInUse, running
from deployments.warm_pool import WarmPool

ROOT = Path(__file__).resolve().parents[2]
HERE = {"PYTHONPATH": str(ROOT), "PREFECT_WORKER_HEARTBEAT_SECONDS": "1"}
TASKS = 3  # of the sample flow, before its pause
STEADY = 60  # seconds for anything on a busy machine


@pytest.fixture(scope="module")
def platform():
    told: list[str] = []
    before = set(children())  # another module's database may be there
    with tempfile.TemporaryDirectory(prefix="warm-", dir="/tmp") as directory, ExitStack() as stack:
        home = Path(directory)
        home.chmod(0o711)  # root's server user keeps its data inside, and all goes with it
        yield stack.enter_context(started(home, told))
    fresh = [child for child in children() if child not in before]
    left = [command_line(each) for child in fresh for each in (child, *children(child.pid, recursive=True))]
    assert left == []


@contextmanager
def started(home, told):
    with cluster.running(home) as server:
        plan = PlatformPlan(
            home=home,
            prefect_database_url=server.url("prefect"),
            catalogue="benchmarks.handoff_flows",
            environment=HERE,
        )
        os.environ["PYTHONPATH"] = str(ROOT)  # the catalogue's module is not installed
        with running(plan, told.append) as up:
            yield up, plan, told
        del os.environ["PYTHONPATH"]


@pytest.fixture
def server(platform):
    """A function that runs a coroutine function with a client of the platform's server."""
    up, _, _ = platform
    settings = {
        PREFECT_API_URL: up.api,
        PREFECT_API_AUTH_STRING: up.environment["PREFECT_API_AUTH_STRING"],
        PREFECT_API_SSL_CERT_FILE: up.environment["PREFECT_API_SSL_CERT_FILE"],
    }

    def run(work):
        async def inside():
            async with get_client() as client:
                return await work(client)

        with temporary_settings(updates=settings):
            return asyncio.run(inside())

    return run


async def start(client, **parameters):
    deployment = await client.read_deployment_by_name("handoff-sample/sample")
    return (await client.create_flow_run_from_deployment(deployment.id, parameters=parameters)).id


async def in_its_pause(client, run):
    """Under way, and its tasks behind it: between two of them Prefect 3.8 takes a signal for a failure of its own."""
    under_way, deadline = await until(client, run, {"Running"}), time.monotonic() + STEADY
    mine = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
    while time.monotonic() < deadline:
        states = [each.state_name for each in await client.read_task_runs(flow_run_filter=mine)]
        if states.count("Completed") == TASKS:
            return under_way
        await asyncio.sleep(0.1)
    raise AssertionError(f"the tasks of {run} are {states}")


async def until(client, run, wanted, *, seconds=STEADY):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        flow_run = await client.read_flow_run(run)
        if flow_run.state.name in wanted and (flow_run.infrastructure_pid or flow_run.state.is_final()):
            return flow_run
        await asyncio.sleep(0.1)
    raise AssertionError(f"{run} is {flow_run.state!r}, wanted {wanted}")


def pid_of(flow_run) -> int:
    return int(flow_run.infrastructure_pid.split(":")[1])


def worker_process() -> psutil.Process:
    return next(child for child in children() if "worker" in command_line(child))


def test_each_run_has_a_process_of_its_own_forked_from_one_that_stays(server):
    async def work(client):
        runs = [await start(client) for _ in range(3)]
        return [await until(client, run, {"Completed"}) for run in runs]

    ended = server(work)
    assert len({pid_of(run) for run in ended}) == 3
    assert children(worker_process().pid)
    deadline = time.monotonic() + STEADY  # a run is Completed a moment before its process has sent its last events
    while not all(is_gone(run.infrastructure_pid) for run in ended):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_run_cancelled_in_the_ui_is_ended_and_marked_cancelled(server):
    async def work(client):
        run = await start(client, seconds=120)
        under_way = await in_its_pause(client, run)
        await client.set_flow_run_state(run, Cancelling())
        await until(client, run, {"Cancelled"})
        return under_way

    assert is_gone(server(work).infrastructure_pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])  # the kernel kills for want of memory with SIGKILL
def test_a_run_whose_process_is_killed_is_marked_crashed(server, number):
    async def work(client):
        run = await start(client, seconds=120)
        os.kill(pid_of(await in_its_pause(client, run)), number)
        return await until(client, run, {"Crashed"})

    assert server(work).state.is_crashed()


def test_a_run_that_asks_for_too_much_memory_fails_and_the_next_one_completes(server):
    async def work(client):
        await until(client, await start(client, memory=1 << 60), {"Failed", "Crashed"})
        await until(client, await start(client), {"Completed"})

    server(work)


def test_a_killed_worker_is_started_again_and_its_runs_are_marked_crashed(server, platform):
    _, _, told = platform

    async def work(client):
        run = await start(client, seconds=120)
        under_way = await in_its_pause(client, run)
        worker_process().kill()
        await until(client, run, {"Crashed"})
        await until(client, await start(client), {"Completed"})
        return under_way

    assert is_gone(server(work).infrastructure_pid)
    assert any(line.startswith("worker ended") for line in told)


def test_a_run_that_went_down_with_worker_and_forkserver_is_found_and_marked_crashed(server):
    async def work(client):
        run = await start(client, seconds=120)
        under_way = await in_its_pause(client, run)
        worker = worker_process()
        kill(worker, *children(worker.pid, recursive=True))
        await until(client, run, {"Crashed"})
        return under_way

    assert is_gone(server(work).infrastructure_pid)


def test_the_rule_against_zombies_is_there_once_and_waits_for_three_heartbeats(server):
    async def work(client):
        await automations.register(client)  # as at each start
        return await client.read_automations_by_name(automations.ZOMBIES.name)

    (found,) = server(work)
    assert found.enabled
    assert found.trigger.within.total_seconds() >= 540


async def refused(client, run):
    ended = await until(client, run, {"Crashed", "Failed"})
    assert ended.infrastructure_pid is None  # no process was started for it
    return ended.state.message


def test_a_deployment_that_is_not_of_the_catalogue_runs_nothing(server, tmp_path):
    """As somebody with Prefect's password: a flow of one's own, a pull step that runs a shell, an environment."""
    proof = tmp_path / "ran"
    steps = [{"prefect.deployments.steps.run_shell_script": {"script": f"touch {proof}"}}]

    async def work(client):
        sample = await client.read_deployment_by_name("handoff-sample/sample")
        own = {"flow_id": sample.flow_id, "work_pool_name": sample.work_pool_name, "work_queue_name": "standard"}
        entrypoint = sample.entrypoint
        made = [
            await client.create_deployment(name="sample-2", entrypoint=entrypoint, **own),
            await client.create_deployment(name="mine", entrypoint="shutil.rmtree", **own),
            await client.create_deployment(name="pulls", entrypoint=entrypoint, pull_steps=steps, **own),
        ]
        runs = [(await client.create_flow_run_from_deployment(each)).id for each in made]
        said = {await refused(client, run) for run in runs}
        changed = await client.create_flow_run_from_deployment(sample.id, job_variables={"env": {"PYTHONPATH": "."}})
        said.add(await refused(client, changed.id))
        return said

    said = server(work)
    assert all("catalogue" in each or "job variables" in each for each in said), said
    assert not proof.exists()


def test_a_deployment_of_the_catalogue_that_was_given_a_pull_step_runs_nothing(server, tmp_path):
    proof = tmp_path / "ran"
    steps = [{"prefect.deployments.steps.run_shell_script": {"script": f"touch {proof}"}}]

    async def work(client):
        sample = await client.read_deployment_by_name("handoff-sample/sample")
        own = {"flow_id": sample.flow_id, "work_pool_name": sample.work_pool_name, "work_queue_name": "standard"}
        await client.create_deployment(
            name="sample", entrypoint=sample.entrypoint, pull_steps=steps,
            parameter_openapi_schema=sample.parameter_openapi_schema, **own,
        )  # fmt: skip
        try:
            return await refused(client, await start(client))
        finally:
            await register(CATALOGUE)

    assert "has pull steps" in server(work)
    assert not proof.exists()


def test_a_work_pool_that_was_changed_runs_nothing_until_it_is_as_the_catalogue_has_it(server):
    async def work(client):
        pool = await client.read_work_pool("casebook")
        template = {**pool.base_job_template, "job_configuration": {**pool.base_job_template["job_configuration"]}}
        template["job_configuration"]["env"] = {"LD_PRELOAD": "mine.so"}
        await client.update_work_pool("casebook", WorkPoolUpdate(base_job_template=template))
        try:
            said = await refused(client, await start(client))
        finally:
            await register(CATALOGUE)
        await until(client, await start(client), {"Completed"})
        return said

    assert "work pool or the run was changed" in server(work)


def test_a_parameter_that_is_free_text_is_refused_before_it_is_kept(server):
    async def work(client):
        with pytest.raises(PrefectHTTPStatusError) as refusal:
            await start(client, seconds="Karl Denby, born 1979")
        unknown = await refused(client, await start(client, words="free"))  # the server takes it, the worker does not
        return refusal.value.response.status_code, unknown

    code, unknown = server(work)
    assert code in {409, 422}
    assert "parameter" in unknown
    assert "free" not in unknown


def test_a_second_platform_on_the_same_home_is_told_where_the_first_one_is(platform):
    up, plan, _ = platform
    with pytest.raises(AlreadyUp, match=up.ui), running(plan, print):
        pass


def test_a_port_that_is_taken_is_refused_before_anything_starts(platform, tmp_path):
    up, plan, _ = platform
    taken = int(up.ui.rpartition(":")[2])
    with pytest.raises(PortInUse), running(PlatformPlan(**{**vars(plan), "home": tmp_path, "port": taken}), print):
        pass
    assert not (tmp_path / "prefect" / "prefect-server.log").exists()


def test_the_password_is_in_a_file_that_only_its_owner_reads_and_in_no_command_line(platform):
    up, plan, _ = platform
    path = plan.home / "prefect" / "auth"
    assert path.stat().st_mode & 0o777 == 0o600
    password = up.environment["PREFECT_API_AUTH_STRING"].partition(":")[2]
    lines = [" ".join(command_line(child)) for child in children(recursive=True)]
    assert not any(password in line for line in lines)


def test_a_new_release_of_the_code_gets_a_new_forkserver(tmp_path, monkeypatch):
    package = tmp_path / "released_code"
    package.mkdir()
    (package / "__init__.py").write_text("VERSION = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def work():
        pool = WarmPool()
        first = pool.prepare(["released_code"])
        assert pool.prepare(["released_code"]) is first
        (package / "__init__.py").write_text("VERSION = 2\n")
        os.utime(package / "__init__.py", (1, 1))
        second = pool.prepare(["released_code"])
        assert second is not first
        assert pool.generations == [second]  # the first one had no runs, so it has gone
        await pool.close()
        assert first.process.wait(30) is not None

    asyncio.run(work())


def test_runs_that_are_the_first_of_a_generation_together_share_its_forkserver(tmp_path):
    async def work():
        pool = WarmPool()
        runs = await asyncio.gather(*[pool.fork([], environment={}, directory=tmp_path) for _ in range(3)])
        gc.collect()  # a second connection to the forkserver, dropped, would close it under the first
        ended = await asyncio.wait_for(asyncio.gather(*[run.wait() for run in runs]), STEADY)
        await pool.close()
        return len({run.pid for run in runs}), ended

    assert asyncio.run(work()) == (3, [1, 1, 1])  # without a run's environment there is nothing to be, and each says so


def test_a_process_is_told_from_a_later_one_with_its_number():
    mine = identity(os.getpid())
    assert not is_gone(mine)
    assert is_gone(mine[:-1] + ("1" if mine[-1] != "1" else "2"))
    assert not is_gone("elsewhere:1:1")
    assert not is_gone(None)
    assert sys.platform == "linux"
