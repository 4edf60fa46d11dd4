"""Worker versioning: the build of a worker, and the build that is current, for rolling upgrades."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

log = structlog.get_logger()

COMMAND = "accord temporal promote"


class DeploymentSettings(BaseSettings):
    """Settings from the environment. Without a deployment name, workers are not versioned."""

    accord_deployment: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="name under which workers' versions are known"
    )

    def of_worker(self) -> WorkerDeploymentConfig | None:
        """The versioning of this process's workers; None without a deployment."""
        if self.accord_deployment is None:
            return None
        return worker_versioning(self.accord_deployment, build_id())


def worker_versioning(deployment: str, build: str) -> WorkerDeploymentConfig:
    """Versioning of workers of one build. Auto-upgrade: programs outlive builds and move to the current one at their next task.

    The behaviour is not set on workflow classes, since Temporal rejects unversioned workers of such classes.
    """
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment, build),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def build_id() -> str:
    """The version of this package."""
    try:
        return version("accord")
    except PackageNotFoundError:  # run from its folder, as the image does
        project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
        return str(project["project"]["version"])


async def current_build(client: Client, deployment: str) -> str | None:
    """The current build of a deployment; None before the first promotion. Raises RPCError."""
    try:
        found = await client.workflow_service.describe_worker_deployment(
            DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    return found.worker_deployment_info.routing_config.current_deployment_version.build_id or None


async def promote(client: Client, deployment: str, build: str, percent: float | None = None) -> None:
    """Makes a build current, or ramps it to `percent` of workflows. Raises RPCError, also if no worker has the build."""
    if percent is None:
        await client.workflow_service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=client.namespace, deployment_name=deployment, build_id=build, identity=client.identity
            )
        )
        return
    await client.workflow_service.set_worker_deployment_ramping_version(
        SetWorkerDeploymentRampingVersionRequest(
            namespace=client.namespace,
            deployment_name=deployment,
            build_id=build,
            percentage=percent,
            identity=client.identity,
        )
    )


async def warn_if_not_current(client: Client) -> None:
    """Logs a warning if this worker's build is not current, since it then receives no tasks."""
    if (deployment := DeploymentSettings().accord_deployment) is None:
        return
    try:
        build = await current_build(client, deployment)
    except RPCError as error:
        log.warning("deployment_unknown", deployment=deployment, error=error)
        return
    if build != build_id():
        log.warning("not_current", deployment=deployment, build=build_id(), current=build, command=f"{COMMAND} {build_id()}")
