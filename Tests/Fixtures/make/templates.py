"""Renders chat templates with transformers' own Jinja environment.

    python Tests/Fixtures/make/templates.py

Writes Tests/Fixtures/templates/cases.json (source, messages, variables and the text or the fact
that rendering fails, for every case) and MANIFEST.json. The templates are written here, in the
manner of the families they are named for.
"""

import hashlib
import json
import pathlib

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

OUT = pathlib.Path(__file__).parent.parent / "templates"

TEMPLATES = {
    "llama3": """{% set start = '<|start_header_id|>' %}
{% for message in messages %}
    {% set content = start + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' %}
    {% if loop.index0 == 0 %}
        {% set content = bos_token + content %}
    {% endif %}
{{ content }}
{%- endfor %}
{% if add_generation_prompt %}{{ start + 'assistant<|end_header_id|>\n\n' }}{% endif %}""",
    "vicuna": """{%- for m in messages -%}
{%- if m.role == 'system' -%}{{ m.content }} {% elif m.role == 'user' %}USER: {{ m.content }} {% else %}ASSISTANT: {{ m.content }}{{ eos_token }}{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}ASSISTANT:{% endif %}""",
    "mistral": """{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in turns %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('roles must alternate: ' ~ message.role) }}
    {%- endif %}
    {%- if message['role'] == 'user' %}
        {%- if loop.last and system is defined %}
            {{- '[INST] ' + system + '\n\n' + message['content'] + '[/INST]' }}
        {%- else %}
            {{- '[INST] ' + message['content'] + '[/INST]' }}
        {%- endif %}
    {%- elif message['role'] == 'assistant' %}
        {{- ' ' + message['content'] | trim + eos_token }}
    {%- else %}
        {{- raise_exception('only user and assistant') }}
    {%- endif %}
{%- endfor %}
""",
    "chatml": """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nAnswer briefly.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}""",
    "llava": """{% for message in messages %}{{'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'}}{# images first #}{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}{% if message['role'] != 'assistant' %}{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}{{ '\n' + part['text'] + '<|eot_id|>' }}{% endfor %}{% else %}{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}{% generation %}{{ '\n' + part['text'] + '<|eot_id|>' }}{% endgeneration %}{% endfor %}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}""",
    "content-kinds": """{% for m in messages %}
  {% if m.content is string %}
[{{ m.role | upper }}] {{ m.content.strip() }}
  {% else %}
[{{ m.role.upper() }}]{% for c in m.content if c.type == 'text' or c['type'] in ['image', 'picture'] %} {{ loop.index }}/{{ loop.length }}:{{ c.text if c.type == 'text' else '<image>' }}{% else %} nothing{% endfor +%}
  {% endif %}
{% endfor %}
{{ messages | map(attribute='role') | join(', ') }} {{ messages | length }} {{ (messages | last).role }} {{ messages[-1].role }} {{ messages | rejectattr('role', 'eq', 'user') | list | length }}""",
    "llama31-tools": """{{- bos_token }}
{%- if not date_string is defined %}{%- set date_string = "26 Jul 2024" %}{%- endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- set ns = namespace(seen=false, count=0) %}
{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system_message = "" %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Tools:\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n" + (t | tojson) + "\\n" }}
        {%- for name, kind in t.parameters.items() %}{{ name ~ ':' ~ kind }};{% endfor %}
    {%- endfor %}
{%- endif %}
{{- "Today: " + date_string + "\\n" + system_message + "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'tool' or 'tool_calls' in message) %}
        {%- set ns.count = ns.count + 1 %}
        {%- set ns.seen = true %}
        {{- '<|' + message['role'] + '|' + ns.count | string + '>' + message['content'] | trim }}
    {%- elif message.tool_calls is defined and message.tool_calls | length != 1 %}
        {{- raise_exception("one tool call at a time") }}
    {%- endif %}
{%- endfor %}
{{- ns.seen }} {{ ns.missing }}|{{ none }}|{{ 7 // 2 }}|{{ -7 % 3 }}|{{ 7 / 2 }}|{{ 1.5 }}|{{ true }}|{{ [1, 'a', none] }}|{{ {'k': "it's"} }}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}""",
    "whitespace": """  {# a comment #}
  {% if true %}
    text
  {%- endif %}   tail
{{ 'a' }}
  {{- ' b' -}}
  c
\t{% for x in [1, 2, 3] +%}
 {{ x }}{{ ',' if not loop.last }}
\t{%+ if x == 2 %}two{% endif %}

{% endfor %}
end

""",
    "scopes": """{% set x = 1 %}{% for i in range(3) %}{% set x = x + i %}{{ x }}{% if i == 1 %}{% continue %}{% endif %}-{% endfor %}={{ x }}
{% if x == 1 %}{% set x = 5 %}{% endif %}{{ x }} {% set y %}block {{ x }}{% endset %}{{ y | upper }}
{% for k in {'b': 1, 'a': 2} %}{{ k }}{% if loop.first %}{% break %}{% endif %}{% endfor %} {{ undefined_name }}|{{ undefined_name is defined }}|{{ undefined_name | default('d') }}|{{ '' | default('e', true) }}
{% set a, b = 1, 'two' %}{{ a }}{{ b }} {{ 'x' in 'xyz' and 3 not in [1, 2] }} {{ not x == 5 }} {{ 1 < 2 < 3 }} {{ 'ab' * 2 }} {{ 'abc'[1] }}{{ 'abc'[::-1] }}{{ 'a,b,c'.split(',')[-1] }} {{ ' a  b '.split() }} {{ 'Hello'.startswith('He') }} {{ "tit le".title() }} {{ 'a' ~ 1 ~ none }} {{ 'x' 'y' }} {{ 5 is odd }} {{ 6 is divisibleby 3 }} {{ (1, 2) | last }} {{ 'abc' | length }} {{ [3, 1] + [2] }} {{ 'é\\u00e9' }} {{ "q\\"q" }} {{ '3' | int + 1 }} {{ [1, 2, 3] | map('string') | join('-') }} {{ 'aXbX' | replace('X', '.') }} {{ [] is iterable }} {{ {'a': 1}.get('b', 'none') }} {{ {'a': 1} | items | list | length }}""",
    "fails-undefined": "{{ nothing.there.at_all }}",
    "fails-sum": "{{ 'a' + 1 }}",
    "fails-filter": "{{ 'a' | nosuchfilter }}",
    "fails-syntax": "{% for x in %}{% endfor %}",
    "fails-open": "{% if true %} never closed",
    "fails-expression": "{{ 1 + }}",
}

TEXTS = [
    [{"role": "user", "content": "Which country is this?"}],
    [{"role": "system", "content": " Be brief. "}, {"role": "user", "content": "Hi\n"},
     {"role": "assistant", "content": "Hello.  "}, {"role": "user", "content": "naïve 地図 'q' \"d\" </s>"}],
    [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
]
PARTS = [
    [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is shown?"}]}],
    [{"role": "user", "content": [{"type": "text", "text": "One"}, {"type": "image"},
                                  {"type": "image"}, {"type": "text", "text": "Two"}]},
     {"role": "assistant", "content": [{"type": "text", "text": "An answer."}]},
     {"role": "user", "content": [{"type": "text", "text": "More?"}]}],
    [{"role": "user", "content": []}],
]
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>"}
TOOLS = [{"name": "area", "parameters": {"width": "number", "height": "number"}, "empty": [],
          "more": [1, 2.5, True, None, "é\n"]}]


def render(source, messages, variables, prompt):
    try:
        template = _compile_jinja_template(source)
        template.globals.pop("strftime_now", None)
        return template.render(messages=messages, add_generation_prompt=prompt, **variables)
    except jinja2.TemplateError as error:
        return None, str(error)
    except TypeError as error:
        return None, str(error)


def main():
    OUT.mkdir(exist_ok=True)
    cases = []
    for name, source in TEMPLATES.items():
        conversations = PARTS if name == "llava" else TEXTS + PARTS if name == "content-kinds" else TEXTS
        for messages in conversations:
            for prompt in (True, False):
                variables = dict(VARIABLES)
                if name == "llama31-tools" and prompt:
                    variables["tools"] = TOOLS
                    variables["date_string"] = "1 Jan 2025"
                result = render(source, messages, variables, prompt)
                failed = isinstance(result, tuple)
                cases.append({"name": name, "source": source, "messages": messages,
                              "variables": variables, "addGenerationPrompt": prompt,
                              "rendered": None if failed else result,
                              "failure": result[1] if failed else None})
    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    digest = hashlib.sha256((OUT / "cases.json").read_bytes()).hexdigest()
    manifest = {"script": "Tests/Fixtures/make/templates.py",
                "versions": {"transformers": transformers.__version__, "jinja2": jinja2.__version__},
                "sha256": {"cases.json": digest}}
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
