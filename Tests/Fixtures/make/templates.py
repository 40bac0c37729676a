"""Renders chat templates with transformers' own Jinja environment.

    python Tests/Fixtures/make/templates.py

Writes Tests/Fixtures/templates/cases.json (source, messages, variables and the text or the fact
that rendering fails, for every case) and MANIFEST.json. The templates are written here, in the
manner of the families they are named for.
"""

import copy
import hashlib
import json
import pathlib
import random
import re
import warnings

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

OUT = pathlib.Path(__file__).parent.parent / "templates"
SEED = 2611

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

# One template a line: each part of the language alone, with what it does and what it refuses.
LINES = r"""
{{ namespace(a=1).a }}
{{ namespace({'a': 2}, b=3).b }}|{{ namespace(a=1)['a'] }}
{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}
{{ namespace(_a=1) }}
{{ 'x' | int(9) }}|{{ '3.7' | int }}|{{ ' 12 ' | int }}|{{ 'ff' | int(0, 16) }}|{{ '0x1f' | int(base=16) }}|{{ 2.9 | int }}|{{ none | int }}|{{ true | int }}
{{ '1.5' | float }}|{{ 'x' | float(2.5) }}|{{ 3 | float }}|{{ '1e3' | float }}|{{ ' inf ' | float }}|{{ none | float }}
{{ messages | map(attribute='name', default='?') | join }}|{{ messages | map(attribute='role') | join(', ') }}|{{ messages | map('length') | list }}
{{ messages | map(attribute='content.0') | list }}|{{ [[1, 2], [3]] | map(attribute=0) | list }}|{{ [{'a': {'b': 1}}] | map(attribute='a.b') | list }}
{{ ['a', 'B'] | map('upper') | join(d='-') }}|{{ ['1', 'x'] | map('int', 7) | list }}|{{ [1, 2] | map('string') | join }}
{{ 'aaa' | replace('a', 'b', 2) }}|{{ 'aaa'.replace('a', 'b', 1) }}|{{ 'abc' | replace('', '-') }}|{{ 'aaa' | replace(old='a', new='c', count=1) }}|{{ 'abc'.replace('', '-', 2) }}
{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}|{{ {'b': 1} | tojson(separators=(',', ':')) }}|{{ 'é"\\\n\x01\x7f🙂' | tojson(ensure_ascii=true) }}|{{ 'é"\\\n\x01\x7f' | tojson }}
{{ [1, [], {}, {'a': [1, {'b': none}]}] | tojson(indent=2) }}|{{ [1, 2] | tojson(indent='--') }}|{{ [1] | tojson(indent=0) }}|{{ {1: 2, true: 3, none: 4, 1.5: 5} | tojson }}
{{ (1, 'a', 2.0, 1e20, 1e16, 123456789.125, 1e-5, true) | tojson }}
{{ "it's" | title }}|{{ "it's a-b (c d" | title }}|{{ "it's a-b".title() }}|{{ 'ǆ ß' | title }}|{{ 'hELLO' | capitalize }}|{{ 'hELLO wORLD'.capitalize() }}|{{ 'aBc'.swapcase() }}
{{ {1: 'a'}[1] }}|{{ {1.0: 'a'}[1] }}|{{ {true: 'a'}[1] }}|{{ {none: 1} }}|{{ {(1, 2): 3}[(1, 2)] }}|{{ {'a': 1}['b'] is defined }}
{{ ('a',) }}|{{ () }}|{{ (1, 2) }}|{{ [('a', [1])] }}|{{ (1) }}|{{ 1, 2 }}|{{ (1, 2) == [1, 2] }}|{{ (1, 2) + (3,) }}
{% macro f(x) %}{{ x }}{% endmacro %}{{ f(1) }}
{% macro f(x, y=2, z='a' ~ x) %}[{{ x }}{{ y }}{{ z }}{{ varargs }}{{ kwargs }}]{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(1, z=4) }}{{ f(1, 2, 3, 4, q=5) }}{{ f() }}
{% macro f(x) %}{{ x }}{% endmacro %}{{ f(1, 2) }}
{% macro f(x) %}{{ x }}{% endmacro %}{{ f(q=2) }}
{% macro f(x) %}{{ x }}{% endmacro %}{{ f(1, x=2) }}
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}
{% macro f() %}{{ late }}{% endmacro %}{% set late = 'seen' %}{{ f() }}{% macro g() %}{% set late = 2 %}{{ late }}{% endmacro %}{{ g() }}{{ late }}
{% macro f() %}{{ loop is defined }}{{ i is defined }}{% endmacro %}{% for i in [1] %}{{ f() }}{% endfor %}
{% macro list(items) %}{% for i in items %}<{{ caller(i, loop.index) }}>{% endfor %}{% endmacro %}{% call(x, n) list(['a', 'b']) %}{{ n }}{{ x }}{% endcall %}
{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}inner {{ 1 + 1 }}{% endcall %}|{{ m.name }}
{% macro m() %}x{% endmacro %}{% call m() %}unused{% endcall %}
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}
{{ strftime_now('%Y') == strftime_now('%Y') }}|{{ strftime_now is defined }}|{{ strftime_now('') }}
{% raw %}{{ a }}{% if %}{# x #}{% endraw %}|{% raw -%}  a {{ b }}  {%- endraw %}  c
  {% raw %}
 x
  {% endraw %}
{% filter upper %}a{{ 'b' }}{% endfilter %}|{% filter replace('a', 'b') | upper %}aaa{% endfilter %}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% set c = 3 %}{% endwith %}{{ a }}{{ c }}|{% with %}x{% endwith %}|{% set a = 5 %}{% with a = 1, b = a %}{{ b }}{% endwith %}
{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}:{{ loop.depth }}{{ loop.depth0 }}{% endif %}{% endfor %}
{% for x in [1] %}{{ loop(x) }}{% endfor %}
{% for x in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.changed(x // 2) }} {% endfor %}
{% for x in [] %}{% else %}{{ x is defined }}none{% endfor %}{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% for x in 1, 2 %}{{ x }}{% endfor %}
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}{% for k, v in {'a': 1} | dictsort %}{{ k }}{{ v }}{% endfor %}{% for c in 'añ' %}<{{ c }}>{% endfor %}
{% for x in [3, 1, 2] if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}{% for x in range(5) if x is odd %}{{ x }}{% endfor %}{{ x is defined }}
{% for x in range(5) %}{% if x == 1 %}{% continue %}{% elif x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}
{{ {'b': 1, 'A': 2} | dictsort }}|{{ {'b': 1, 'A': 2} | dictsort(true) }}|{{ {'b': 1, 'A': 2} | dictsort(by='value', reverse=true) }}
{{ [2, 1, 3] | sort }}|{{ ['b', 'A', 'a'] | sort }}|{{ ['b', 'A', 'a'] | sort(case_sensitive=true) }}|{{ [{'a': 2}, {'a': 1}] | sort(attribute='a', reverse=true) }}|{{ [{'a': 1, 'b': 2}, {'a': 1, 'b': 1}] | sort(attribute='a,b') }}
{{ [1, 'a'] | sort }}
{{ [1, 2, 3, 4, 5] | batch(2) | list }}|{{ [1, 2, 3] | batch(2, 'x') | list }}|{{ [1, 2, 3, 4, 5] | slice(3) | list }}|{{ [1, 2, 3, 4] | slice(3, 'x') | list }}
{{ ['a', 'A', 'b', 'a'] | unique | list }}|{{ ['a', 'A'] | unique(true) | list }}|{{ [3, 1, 2] | max }}|{{ [3, 1] | min }}|{{ ['b', 'A'] | min }}|{{ [{'a': 3}, {'a': 1}] | max(attribute='a') }}|{{ [] | max is defined }}
{{ [1, 2, 3] | sum }}|{{ [{'a': 1}, {'a': 2}] | sum(attribute='a', start=10) }}|{{ [] | sum }}|{{ [1.5, 2] | sum }}
{{ ['a'] | sum }}
{{ -5 | abs }}|{{ (-5) | abs }}|{{ -2.5 | abs }}|{{ 2.5 | round }}|{{ 3.5 | round }}|{{ 2.567 | round(2) }}|{{ 2.1 | round(method='ceil') }}|{{ 2.19 | round(1, 'floor') }}|{{ 5 | round }}|{{ 1234 | round(-2) }}|{{ 2.675 | round(2) }}
{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent('> ', blank=true) }}|{{ 'x' | indent(width=3, first=true) }}
{{ 'foo bar baz qux' | truncate(9) }}|{{ 'foo bar baz qux' | truncate(9, true) }}|{{ 'foo bar baz qux' | truncate(11) }}|{{ 'foo bar baz qux' | truncate(11, false, '..', 0) }}|{{ 'a' | center(5) }}|{{ 'ab' | center(5) }}|{{ 'a b, c-d e_f' | wordcount }}
{{ '%s and %d, %5.2f%%' | format('a', 3, 2.5) }}|{{ '%05d|%-4s|%x' % (42, 'a', 255) }}|{{ '%s' % 'x' }}|{{ '%r' % 'x' }}|{{ '%+d' % 3 }}
{{ '%s %s' % (1,) }}
{{ '%s' % (1, 2) }}
{{ '{} {}'.format('a', 1) }}|{{ '{1}{0}{1}'.format('a', 'b') }}|{{ '{x}'.format(x=3) }}|{{ '{{}}'.format() }}
{{ 'abcabc'.find('c') }}|{{ 'abcabc'.rfind('c') }}|{{ 'abc'.find('x') }}|{{ 'abcabc'.find('a', 1) }}|{{ 'abcabc'.count('bc') }}|{{ 'aaa'.count('') }}|{{ 'abc'.index('b') }}|{{ 'aaaa'.rfind('aaa') }}
{{ 'abc'.index('x') }}
{{ 'a=b=c'.partition('=') }}|{{ 'a=b=c'.rpartition('=') }}|{{ 'abc'.partition('=') }}|{{ 'abc'.rpartition('=') }}|{{ 'a b  c'.rsplit(' ', 1) }}|{{ 'a b  c'.rsplit() }}|{{ ' a b c '.rsplit(none, 1) }}|{{ 'a b c'.split(' ', 1) }}|{{ ' a  b c '.split(maxsplit=1) }}|{{ 'aXbXc'.rsplit('X') }}
{{ 'a\nb\r\nc\u2028d'.splitlines() }}|{{ 'a\n'.splitlines(true) }}|{{ 'abc'.removeprefix('a') }}|{{ 'abc'.removesuffix('c') }}|{{ 'abc'.removesuffix('') }}
{{ 'abc'.startswith(('x', 'a')) }}|{{ 'abc'.endswith('bc') }}|{{ 'abc'.startswith('b', 1) }}|{{ 'abc'.endswith('b', 0, 2) }}|{{ 'xxaxx'.strip('x') }}|{{ 'xxaxx'.lstrip('x') }}|{{ 'xxaxx'.rstrip('x') }}|{{ 'xxaxx' | trim('x') }}|[{{ '\x1c\x85 a\u3000' | trim }}]
{{ '12'.isdigit() }}|{{ '²'.isdigit() }}|{{ '²'.isdecimal() }}|{{ '½'.isnumeric() }}|{{ ''.isdigit() }}|{{ 'aé'.isalpha() }}|{{ 'a1'.isalnum() }}|{{ ' \t'.isspace() }}|{{ 'aB'.islower() }}|{{ 'AB1'.isupper() }}|{{ 'é'.isascii() }}|{{ 'aß'.casefold() }}
{{ 'ab'.center(5, '*') }}|{{ 'abc'.center(6, '*') }}|{{ 'a'.ljust(3) }}|{{ 'a'.rjust(3, '.') }}|{{ '-5'.zfill(4) }}|{{ '5'.zfill(3) }}|{{ ', '.join(['a', 'b']) }}|{{ ''.join('ab') }}
{{ ', '.join([1]) }}
{{ 2 ** 3 }}|{{ 2 ** -1 }}|{{ -2 ** 2 }}|{{ 2 ** 3 ** 2 }}|{{ 2.0 ** 3 }}|{{ 1e3 }}|{{ 1_000 }}|{{ 0x1F }}|{{ 0b101 }}|{{ 1.5e-3 }}|{{ 7 // -2 }}|{{ 7.5 // 2 }}|{{ -7.5 % 2 }}|{{ 6 / 4 }}|{{ 6 / 3 }}|{{ +3 }}
{{ 1 is sameas 1 }}|{{ none is sameas none }}|{{ true is sameas 1 }}|{{ 'a' is lower }}|{{ 'A1' is upper }}|{{ 3 is gt 2 }}|{{ 3 is lessthan 2 }}|{{ 3 is ge(3) }}|{{ 'a' is in ['a'] }}|{{ 3 is ne 3 }}|{{ 'upper' is filter }}|{{ 'nosuch' is filter }}|{{ 'odd' is test }}
{{ 1 is number }}{{ true is number }}{{ true is integer }}{{ 1 is integer }}{{ 1.0 is float }}{{ 'a' is sequence }}{{ {} is mapping }}{{ range is callable }}{{ u is callable }}{{ u is iterable }}{{ none is none }}{{ true is true }}{{ 1 is true }}{{ false is false }}{{ 2 is even }}{{ 2.0 is even }}{{ u is undefined }}{{ 4 is divisibleby(2) }}{{ 'a'.upper is callable }}
{% set j = joiner(', ') %}{{ j() }}a{{ j() }}b|{% set c = cycler('x', 'y') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.reset() }}{{ c.current }}
{{ dict(b=1, a=2) }}|{{ dict([('x', 1)], y=2) }}|{{ dict({'a': 1}) }}|{{ {'a': 1}.get('a') }}|{{ {'a': 1}.get('b') }}|{{ {'a': 1}.get('b', 2) }}|{{ {'a': 1, 'b': 2}.values() | list }}|{{ {'a': 1}.keys() | list }}
{{ {'items': 1}['items'] }}|{{ {'items': 1}.items is callable }}|{{ {'x': 1}.x }}|{{ {'get': 5}.get('get') }}
{{ [1].append(2) }}
{{ {'a': 1}.update({'b': 2}) }}
{{ {'a': 1}.pop('a') }}
{{ [1, 2, 1].count(1) }}|{{ [1, 2].index(2) }}|{{ [3, 4][-1] }}|{{ [3, 4][5] is defined }}|{{ 'abc'[-2:] }}|{{ [1, 2, 3][::2] }}|{{ [1, 2, 3, 4][-3:-1] }}|{{ 'abc'[5:] }}|{{ [1, 2, 3][2:0:-1] }}
{{ 'a' < 'b' }}|{{ 'Z' < 'a' }}|{{ [1, 2] < [1, 3] }}|{{ (1,) <= (1, 0) }}|{{ 1 < 2.5 }}|{{ 1 == 1.0 }}|{{ true == 1 }}|{{ 'a' == 'a' }}|{{ none == false }}|{{ {'a': [1]} == {'a': [1]} }}|{{ 'é' == 'e\u0301' }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ [] + () }}
{{ 'a' * 3 }}|{{ 3 * 'a' }}|{{ [1] * 2 }}|{{ 'a' * -1 }}|{{ true + 1 }}
{{ 'a' in u }}|{{ 'a' in {'a': 1} }}|{{ 1 in [1.0] }}|{{ '' in 'a' }}|{{ not 'a' in 'b' }}|{{ 1 if false }}|{{ 1 if true else 2 if false else 3 }}
{{ 1 in 'a' }}
{{ u.a }}
{{ u['a'] }}
{{ u() }}
{{ u + 1 }}
{{ none.a }}|{{ none['a'] }}|{{ 'a'.b }}
{{ u | length }}|{{ u | list }}|{{ u | join }}|[{{ u }}]|[{{ u ~ 'a' }}]|{{ u | default(1) }}|{{ u | upper }}|{{ none | default(1) }}|{{ none | default(1, true) }}|{{ '' | d('x', boolean=true) }}|{{ u | first is defined }}|{{ u == v }}
{{ 5 | length }}
{{ none | length }}
{{ 'abc' | first }}|{{ 'abc' | last }}|{{ 'abc' | reverse }}|{{ [1, 2] | reverse | list }}|{{ 'abc' | list }}|{{ {'a': 1} | list }}|{{ {'a': 1} | length }}|{{ {'a': 1} | items | list }}|{{ 'abc' | string }}
{{ [1, 2, 3, 4] | select('odd') | list }}|{{ [1, 2, 3] | reject('gt', 1) | list }}|{{ [0, 1, '', 'a'] | select | list }}|{{ messages | selectattr('role', 'in', ['user']) | list | length }}|{{ messages | rejectattr('name') | list | length }}|{{ messages | selectattr('role') | map(attribute='role') | list }}|{{ messages | selectattr('x', 'undefined') | list | length }}
{{ 'x' | nosuch }}
{% if false %}{{ 'x' | nosuch }}{% endif %}fine
{{ 'x' | nosuch if false else 'fine' }}
{% if false %}{% for a in [1] %}{{ a | nosuch }}{% endfor %}{% endif %}
{{ 'x' is nosuch }}
{{ 'x' | upper(1) }}
{{ 'x' | trim(nosuch=1) }}
{{ 'x' | default('a', 'b', 'c') }}
{{ 'x' | replace('a') }}
{{ 'x'.replace('a') }}
{{ 'x'.upper(1) }}
{{ [1] | join('a', 'b', 'c') }}
{{ '\x41\u0042\U00000043\t\'\"\q\0' }}|{{ "a" 'b' }}|{{ 'a\
b' }}
{{ [none, true, 1.0, 'a\'b', "a\"b'", '\n\x00\x7f\xa0\u200b\U000e0001é🙂'] }}
{{ [1.0, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 0.1, 1e100, 100000000000000000000.0] }}
{% set x %}a{% set y = 1 %}{% endset %}{{ x }}{{ y is defined }}|{% set z | upper %}abc{% endset %}{{ z }}|{% set a, b = (1, 2) %}{{ a + b }}|{% set (c, d) = [3, 4] %}{{ d }}
{% set a, b = [1] %}
{% set x.y = 1 %}
{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}|{% if true %}{% set x = 3 %}{% endif %}{{ x }}
{% generation %}{% set q = 1 %}{{ q }}{% endgeneration %}{{ q is defined }}
{{ tools is defined }}{{ tools is none }}{{ documents is none }}{% if tools is not none %}bad{% endif %}{% if not tools %}good{% endif %}
{{ range(3) | list }}|{{ range(1, 7, 2) | list }}|{{ range(3, 0, -1) | list }}|{{ range(0) | list }}|{{ range(2) | first }}
{{ range(100001) | length }}
{{ range('a') }}
{{ raise_exception('why') }}
{{ raise_exception() }}
{{ [1, 2] | first.x }}
{{ 1 | }}
{{ (1 }}
{{ 1 is }}
{% endfor %}
{% block x %}{% endblock %
{% for x in [1] %}
{{ f(*[1], **{'a': 2}) }}
{% macro f(a, b, c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(*[1, 2], **{'c': 3}) }}|{{ dict(**{'a': 1}) }}
{{ messages[0].role }}{{ messages[0]['content'] }}{{ messages | length }}{{ messages[0].keys() | list }}{{ messages.0.role }}
{{ 'a' 	~
 'b' }}|{#- c -#}  x  {#+ d +#}
  {%- if true -%}   a   {%- else -%} b {%- endif -%}  c
{{- 'a' -}}   b
 {{ 'x' if messages | length > 1 }}{{ 'y' if messages[0].name is not defined }}{{ messages[-1]['role'] }}
{{ 'ΑΣ' | lower }}|{{ 'ΑΣ Σ'.lower() }}|{{ 'İ' | lower | length }}|{{ 'ß' | upper }}|{{ 'ﬁ'.title() }}
{{ 'a,b' | attr('upper') is callable }}|{{ {'a': 1} | attr('a') is defined }}
{{ '<' | safe }}|{{ [1] | safe }}
{{ '<a>&"\'' | escape }}|{{ '<' | e ~ '<' }}|{{ ('<' | e) ~ '<' }}|{{ '<' | e | e }}|{{ '<' | e | forceescape }}|{{ [1, '<'] | e }}|{{ u | e }}|{{ none | e }}
{{ '<' | e | length }}|{{ '<' | e + '<' }}|{{ '<' + ('<' | e) }}|{{ ['<' | e] }}|{{ ('<' | e) | upper }}|{{ ('<' | e) * 2 }}|{{ ['<', '>' | e] | join(',') }}|{{ ('<' | e) | tojson }}|{{ ('<' | e) == '&lt;' }}|{{ ('<' | safe) | e }}|{{ '<' | safe + '<' }}
{{ '<' | e is escaped }}|{{ '<' is escaped }}|{{ '<' | safe is escaped }}|{{ '<' | e is string }}|{{ {'a': 1}['a' | e] }}|{{ '&' in ('<' | e) }}|{{ (' a ' | safe).strip() + '<' }}|{{ ('a b' | safe).split()[1] + '<' }}|{{ ('ab' | safe)[0] + '<' }}|{{ ('ab' | safe)[1:] + '<' }}|{{ ('a' | safe).replace('a', '<') }}|{{ (', ' | safe).join(['<', '>' | e]) }}|{{ ('x' | safe | title) + '<' }}|{{ (' x ' | safe | trim) + '<' }}|{{ ('a' | safe | replace('a', 'b')) + '<' }}
{{ 'a b/c?é&=~' | urlencode }}|{{ {'a b': 'c&d/', 'x': 1} | urlencode }}|{{ [('a', 1), ('b', 'é')] | urlencode }}|{{ 5 | urlencode }}|{{ 1.5 | urlencode }}|{{ none | urlencode }}|{{ u | urlencode }}|{{ '' | urlencode }}
{{ [1, 2] | urlencode }}
{{ {'a': 1, 'b': none, 'c': u, 'd': '<x>', 'e': true} | xmlattr }}|{{ {'a': 1, 'b': 2} | xmlattr(false) }}|{{ {} | xmlattr }}|{{ {'a': '<' | e} | xmlattr }}
{{ {'a b': 1} | xmlattr }}
{{ [1] | xmlattr }}
{% for k, g in [{'a': 1, 'b': 2}, {'a': 2}, {'a': 1}] | groupby('a') %}{{ k }}:{{ g }};{% endfor %}|{{ [{'a': 1}] | groupby('a') }}|{{ ([{'a': 1}] | groupby('a'))[0].grouper }}|{{ ([{'a': 1}] | groupby('a') | first).list }}|{{ [{'a': 1}] | groupby('a') | tojson }}|{{ [{'a': {'b': 1}}] | groupby('a.b') }}
{{ [{'a': 'X'}, {'a': 'x'}, {'a': 'W'}] | groupby('a') }}|{{ [{'a': 'X'}, {'a': 'x'}] | groupby('a', case_sensitive=true) }}|{{ [{}, {'a': 'x'}] | groupby('a', default='z') }}|{{ [] | groupby('a') }}|{{ messages | groupby('role') | map(attribute=0) | join }}|{{ [(2, 1), (1, 1), (2, 3)] | groupby(0) }}
{{ [{'a': 1}, {'a': 'x'}] | groupby('a') }}
{{ [1] | groupby }}
{% block x %}a{{ messages | length }}{% endblock %}|{% set q = 1 %}{% block y %}{{ q }}{% set z = 1 %}{% endblock y %}{{ z }}|{% if true %}{% set w = 2 %}{% block v %}{{ w }}{% endblock %}{% endif %}|{% macro f() %}m{% endmacro %}{% block m %}{{ f() }}{% endblock %}
{% for i in [1] %}{% block x %}{{ i }}{% endblock %}{% block y scoped %}{{ i }}{% endblock %}{% endfor %}|{% block o %}<{% block i %}in{% endblock %}>{% endblock %}|{% if false %}{% block n %}no{% endblock %}{% endif %}|{{ self.n() }}{{ self.i() | upper }}{{ self.nothing is defined }}
{% block x %}a{% endblock %}{% block x %}b{% endblock %}
{% block x %}a{% block x %}{% endblock %}{% endblock %}
{% block x %}a{% endblock y %}
{% block x required %}{% endblock %}
{% block x %}{{ super() }}{% endblock %}
{% block %}{% endblock %}
{% include 'a' %}
{% include 'a' ignore missing %}
{% import 'a' as b %}
{% from 'a' import b %}
{% extends 'a' %}
{% if false %}{% include 'a' %}{% extends 'b' %}{% endif %}fine
{{ joiner(',') }}|{{ cycler('a') }}|{{ range }}|{{ namespace }}|{{ dict }}|{{ joiner }}|{{ cycler }}|{{ raise_exception }}|{{ strftime_now }}|{{ 'a'.upper }}|{{ {}.keys }}|{{ [].count }}|{{ ().count }}
{% for i in [1, 2] %}{{ loop }}{{ loop.cycle }}{% endfor %}|{% macro f() %}{% endmacro %}{{ f }}|{{ [f, joiner()] }}|{{ cycler('a').next }}
"""

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


def lines():
    """The templates of LINES: one a line, but for those that hold a newline, which begin with it."""
    found = []
    for line in LINES.strip("\n").split("\n"):
        if found and (line.startswith(" ") or line.startswith("b'")):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def render(source, messages, variables, prompt):
    try:
        variables = {"tools": None, "documents": None, **copy.deepcopy(variables)}
        rendered = _compile_jinja_template(source).render(
            messages=copy.deepcopy(messages), add_generation_prompt=prompt, **variables)
        # Where something lies in memory is no part of a prompt.
        return re.sub(r"\bat 0x[0-9a-f]+", "at 0x0", rendered)
    except Exception as error:  # Jinja's own and Python's, which templates run into
        return None, f"{type(error).__name__}: {error}"


class Grammar:
    """Random templates of every part of the language, most of which render."""

    NAMES = ["a", "b", "n", "s", "l", "d", "u", "messages", "ns", "p", "q"]
    FILTERS = ["upper", "lower", "trim", "title", "capitalize", "length", "first", "last", "list", "string",
               "reverse", "int", "float", "abs", "join", "join('-')", "sort", "unique|list", "tojson",
               "tojson(indent=2)", "default('z')", "replace('a','bb')", "items|list", "sum", "max", "min",
               "batch(2)|list", "slice(2)|list", "round", "indent(1)", "map('string')|list", "select|list",
               "reject('none')|list", "dictsort", "center(5)", "wordcount", "string|truncate(4)", "map(attribute='x')|list"]
    TESTS = ["defined", "undefined", "none", "string", "number", "mapping", "iterable", "sequence", "odd",
             "even", "true", "lower", "in [1, 'a']", "eq 1", "gt 1", "divisibleby 2", "boolean"]
    METHODS = ["upper()", "strip()", "split()", "split('a')", "items()", "keys()", "get('x')", "get('x', 1)",
               "startswith('a')", "replace('a', 'b')", "title()", "find('b')", "count('a')", "rsplit('a', 1)",
               "partition('b')", "isdigit()", "values()", "index(1)", "splitlines()", "zfill(4)"]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, choices):
        return self.random.choice(choices)

    def value(self):
        return self.pick(["1", "0", "-3", "2.5", "'a'", "'bab'", "''", "none", "true", "false", "[1, 'a']", "[]",
                          "{'x': 1, 'y': [2]}", "(1, 2)", "'A b\\n c'", "range(3)", "[3, 1, 2]"] + self.NAMES)

    def expression(self, depth=0):
        kind = self.random.randrange(14) if depth < 4 else 0
        inner = lambda: self.expression(depth + 1)
        if kind <= 2:
            return self.value()
        if kind <= 4:
            return f"({inner()})|{self.pick(self.FILTERS)}"
        if kind == 5:
            return f"{inner()} is {self.pick(['', 'not '])}{self.pick(self.TESTS)}"
        if kind == 6:
            return f"({inner()}).{self.pick(self.METHODS)}"
        if kind == 7:
            return f"({inner()} {self.pick(['+', '-', '*', '~', '//', '%', '/', '**'])} {inner()})"
        if kind == 8:
            return f"({inner()} {self.pick(['==', '!=', '<', '>=', 'in', 'not in', 'and', 'or'])} {inner()})"
        if kind == 9:
            return f"({inner()} if {inner()} else {inner()})"
        if kind == 10:
            if self.random.randrange(2):
                return f"{self.pick(['s', 'l', 'messages', repr('bab'), '[1, 2]', 'range(4)'])}[{self.pick(['1:', '::-1', ':2', '-2:', '2:0:-1'])}]"
            return f"({inner()})[{self.pick(['0', '-1', repr('x')])}]"
        if kind == 11:
            return f"[{inner()}, {inner()}]"
        if kind == 12:
            return f"{{'x': {inner()}, {self.pick(['1', repr('y')])}: {inner()}}}"
        return f"namespace(x={inner()}).x"

    def statement(self, depth=0):
        kind = self.random.randrange(12) if depth < 3 else 0
        body = lambda: "".join(self.statement(depth + 1) for _ in range(self.random.randrange(1, 3)))
        sign = lambda: self.pick(["", "", "", "-", "+"])
        end = lambda: self.pick(["", "", "", "-"])
        if kind <= 3:
            return f"{{{{{self.pick(['', '-'])} {self.expression()} {end()}}}}}"
        if kind == 4:
            return self.pick(["text", " ", "\n", "  x\n", "é\n\n", "\t"])
        if kind == 5:
            return f"{{%{sign()} set {self.pick(['p', 'q'])} = {self.expression()} {end()}%}}"
        if kind == 6:
            return (f"{{%{sign()} if {self.expression()} {end()}%}}{body()}{{%{sign()} else {end()}%}}{body()}"
                    f"{{%{sign()} endif {end()}%}}")
        if kind == 7:
            return (f"{{%{sign()} for {self.pick(['a', 'b', 'n', 'a, b'])} in {self.expression()} {end()}%}}"
                    f"{{{{ loop.index }}}}{body()}{{%{sign()} else %}}none{{%{sign()} endfor {end()}%}}")
        if kind == 8:
            return f"{{% macro m(a, b={self.value()}) %}}{body()}{{% endmacro %}}{{{{ m({self.expression()}) }}}}"
        if kind == 9:
            return f"{{% set ns = namespace(x=1) %}}{{% set ns.x = {self.expression()} %}}{{{{ ns.x }}}}"
        if kind == 10:
            return f"{{% filter {self.pick(['upper', 'trim', 'length', 'replace(1, 2)'])} %}}{body()}{{% endfilter %}}"
        return f"{{% with a = {self.expression()} %}}{body()}{{% endwith %}}"

    def template(self):
        return "".join(self.statement() for _ in range(self.random.randrange(1, 4)))


GRAMMAR_VARIABLES = {"a": "x y", "n": 7, "s": "Hello, Wörld", "l": ["b", "a", 3], "d": {"x": "v", "k": None},
                     "bos_token": "<s>"}


def grammar_cases(count):
    """As many that render as that do not, so that most of the corpus says something."""
    grammar = Grammar(SEED)
    rendered, failed = [], []
    while len(rendered) < count or len(failed) < count // 4:
        source = grammar.template()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = render(source, TEXTS[1], GRAMMAR_VARIABLES, False)
        if isinstance(result, tuple):
            if len(failed) < count // 4 and len(source) < 400:
                failed.append((source, result))
        elif len(rendered) < count and len(result) < 2000 and len(source) < 600 and " at 0x0" not in result and "..." not in result:
            rendered.append((source, result))
    return rendered + failed


def case(name, source, messages, variables, prompt, result):
    failed = isinstance(result, tuple)
    return {"name": name, "source": source, "messages": messages, "variables": variables,
            "addGenerationPrompt": prompt, "rendered": None if failed else result,
            "failure": result[1] if failed else None}


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
                cases.append(case(name, source, messages, variables, prompt, result))
    for source in lines():
        result = render(source, TEXTS[0], VARIABLES, True)
        cases.append(case("line", source, TEXTS[0], VARIABLES, True, result))
    for source, result in grammar_cases(400):
        cases.append(case("grammar", source, TEXTS[1], GRAMMAR_VARIABLES, False, result))
    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    digest = hashlib.sha256((OUT / "cases.json").read_bytes()).hexdigest()
    manifest = {"script": "Tests/Fixtures/make/templates.py", "seed": SEED,
                "versions": {"transformers": transformers.__version__, "jinja2": jinja2.__version__},
                "sha256": {"cases.json": digest}}
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
