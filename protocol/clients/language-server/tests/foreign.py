"""pygls, a foreign implementation of the protocol, on a prompt file of the embedded world.

Every answer is read into lsprotocol's types, which refuse what the protocol does not allow.
"""

import asyncio
import os
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

folder = Path(os.environ["LUCARNE_FOLDER"])
path = folder / "foreign.lucarne"
TEXT = """---
images:
  map: map.png
answer: "No"
baseline: "Yes"
---
@user
![map]
Does the 🗺 image show Bolivia?
@assistant
"""


def check(what, condition):
    if not condition:
        raise SystemExit(f"FAIL {what}")
    print("ok  ", what)


def abilities():
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
            inlay_hint=types.InlayHintClientCapabilities(),
            semantic_tokens=types.SemanticTokensClientCapabilities(
                requests=types.ClientSemanticTokensRequestOptions(full=True),
                token_types=[],
                token_modifiers=[],
                formats=[types.TokenFormat.Relative],
            ),
            # Without literals commands come, which lsprotocol 2025.0 tells from actions by mistake.
            code_action=types.CodeActionClientCapabilities(),
        ),
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True),
        ),
    )


async def main():
    client = LanguageClient("foreign", "1.0")
    published, edits, refreshes = asyncio.Queue(), asyncio.Queue(), asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _(params):
        published.put_nowait(params)

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def _(params):
        edits.put_nowait(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
    def _(*_):
        refreshes.put_nowait(True)

    await client.start_io(os.environ["LUCARNE"], "serve")
    told = await client.initialize_async(
        types.InitializeParams(capabilities=abilities(), process_id=os.getpid(), root_uri=None)
    )
    capabilities = told.capabilities
    check("the server tells what it can do", capabilities.hover_provider is True)
    check("places are UTF-16", capabilities.position_encoding == types.PositionEncodingKind.Utf16)
    client.initialized(types.InitializedParams())
    document = types.TextDocumentIdentifier(uri=path.as_uri())
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(
            types.TextDocumentItem(uri=path.as_uri(), language_id="lucarne", version=1, text=TEXT)
        )
    )
    first = await asyncio.wait_for(published.get(), 30)
    check("a right file has no diagnostics", first.version == 1 and not first.diagnostics)

    line = TEXT.split("\n")[8]
    column = len(line[: line.index("Bolivia")].encode("utf-16-le")) // 2
    hover = await client.text_document_hover_async(
        types.HoverParams(text_document=document, position=types.Position(line=8, character=column))
    )
    check("hover knows the token behind an astral character", "- **" in hover.contents.value)
    print(hover.contents.value)
    whole = types.Range(types.Position(line=0, character=0), types.Position(line=99, character=0))
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(text_document=document, range=whole)
    )
    check("hints are scores", len(hints) > 2 and all(hint.label[0] in "+−" for hint in hints))
    print("    ", [(hint.position.line, hint.position.character, hint.label) for hint in hints])
    tokens = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(text_document=document)
    )
    check("there are semantic tokens", len(tokens.data) >= 15 and len(tokens.data) % 5 == 0)
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=document, range=whole, context=types.CodeActionContext(diagnostics=[])
        )
    )
    check("actions are offered", [each.command for each in actions] == ["lucarne.generate", "lucarne.attribute"])
    for action in actions:
        result = await client.workspace_execute_command_async(
            types.ExecuteCommandParams(command=action.command, arguments=action.arguments)
        )
        check(f"{action.title} is done", result is not None)
    edit = await asyncio.wait_for(edits.get(), 30)
    change = edit.edit.document_changes[0]
    check("the edit is for the version that was asked about", change.text_document.version == 1)
    await asyncio.wait_for(refreshes.get(), 30)

    # Requests about a text that is gone end, those about the last one are answered.
    waiting = []
    for version in range(2, 8):
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=path.as_uri(), version=version),
                content_changes=[types.TextDocumentContentChangeWholeDocument(text=TEXT + f"It {version}")],
            )
        )
        ask = client.text_document_inlay_hint_async(
            types.InlayHintParams(text_document=document, range=whole)
        )
        waiting.append(asyncio.create_task(ask))
        await asyncio.sleep(0)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    codes = [getattr(each, "code", None) for each in results]
    check("what was asked of older texts is refused", codes[:-1] == [-32801] * 5 and codes[-1] is None)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


asyncio.run(main())
