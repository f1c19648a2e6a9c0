"""The methods about files, and the three steps in which an app posts one.

https://docs.slack.dev/reference/methods/files.getUploadURLExternal and …/files.completeUploadExternal
"""

from collections.abc import Callable, Mapping

from tests.strict_slack.facts import File, Json, Message, Room, SlackError, Upload
from tests.strict_slack.rooms import find_open_room, need
from tests.strict_slack.workspace import Workspace

MOST_LISTED = 1_000


def show_file(file: File, base: str) -> Json:
    """A file object; `base` is where this Slack serves files."""
    address = file.address or f"{base}/files-pri/{file.id}/download/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "user": file.user,
        "created": file.created,
        "mimetype": file.mimetype,
        "size": len(file.content) if file.told_size is None else file.told_size,
        "mode": "external" if file.external else "hosted",
        "is_external": file.external,
        "url_private": address,
        "url_private_download": address,
    }


def _show_shares(workspace: Workspace, file: File) -> Json:
    """Where the file stands. Only `files.info` is documented to tell that."""
    shares: dict[str, dict[str, list[Json]]] = {}
    for room in workspace.rooms.values():
        for message in room.messages:
            if file in message.files:
                kind = shares.setdefault("public" if room.kind == "channel" else "private", {})
                thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
                kind.setdefault(room.id, []).append({"ts": message.ts, **thread})
    return {"shares": shares}


def _find_file(workspace: Workspace, arguments: Json) -> File:
    file = workspace.files.get(str(arguments.get("file")))
    if file is None:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    return file


def _file(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "files:read")
    file = _find_file(workspace, arguments)
    return {"file": {**show_file(file, str(arguments["_base"])), **_show_shares(workspace, file)}}


def _list(workspace: Workspace, arguments: Json) -> Json:
    """The newest first."""
    need(workspace, "files:read")
    user, count = arguments.get("user"), int(str(arguments.get("count", 100)))
    if user is not None and user not in workspace.accounts:
        raise SlackError("user_not_found")
    if not 1 <= count <= MOST_LISTED:
        raise SlackError("invalid_arguments")
    found = [file for file in reversed(workspace.files.values()) if user in {None, file.user} and not file.deleted]
    paging = {"count": count, "total": len(found), "page": 1, "pages": -(-len(found) // count)}
    return {"files": [show_file(file, str(arguments["_base"])) for file in found[:count]], "paging": paging}


def _get_upload_url(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "files:write")
    name, length = str(arguments.get("filename") or ""), str(arguments.get("length") or "")
    if not name or not length or length == "0":
        raise SlackError("missing_argument")
    if not length.isdigit():
        raise SlackError("invalid_arguments")
    upload = Upload(f"F{workspace.number():08d}", name, int(length))
    workspace.uploads[f"ticket{workspace.number()}"] = upload
    ticket = next(reversed(workspace.uploads))
    return {"upload_url": workspace.upload_url or f"{arguments['_base']}/upload/v1/{ticket}", "file_id": upload.file_id}


def _complete(workspace: Workspace, arguments: Json) -> Json:
    need(workspace, "files:write")
    wanted = arguments.get("files")
    if (
        not isinstance(wanted, list)
        or not wanted
        or not all(isinstance(each, dict) and "id" in each for each in wanted)
    ):
        raise SlackError("invalid_arguments")
    uploads = [_find_upload(workspace, each["id"]) for each in wanted]
    if len({upload.file_id for upload in uploads}) < len(wanted):
        raise SlackError("invalid_arguments")
    room = find_open_room(workspace, arguments["channel_id"]) if arguments.get("channel_id") else None
    thread = arguments.get("thread_ts")
    if thread is not None and (room is None or not _is_parent(room, str(thread))):
        raise SlackError("invalid_arguments")
    files = [
        workspace.keep_file(upload, str(each.get("title", ""))) for upload, each in zip(uploads, wanted, strict=True)
    ]
    if room:
        message = Message(room.id, workspace.new_ts(), workspace.bot_user, "", thread_ts=thread, files=files)
        room.messages.append(message)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _find_upload(workspace: Workspace, file_id: object) -> Upload:
    """An upload that can be completed: its bytes came, and nobody completed it before."""
    for upload in workspace.uploads.values():
        if upload.file_id == file_id and upload.content is not None and not upload.completed:
            return upload
    raise SlackError("file_not_found")


def _is_parent(room: Room, ts: str) -> bool:
    return any(each.ts == ts and each.thread_ts in {None, ts} for each in room.messages)


FILE_METHODS: Mapping[str, Callable[[Workspace, Json], Json]] = {
    "files.completeUploadExternal": _complete,
    "files.getUploadURLExternal": _get_upload_url,
    "files.info": _file,
    "files.list": _list,
}
