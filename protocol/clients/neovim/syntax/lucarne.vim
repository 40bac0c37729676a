" Prompt files: front matter between lines of three hyphens, then turns.
if exists('b:current_syntax')
  finish
endif

syntax region lucarneFront matchgroup=lucarneFence start=/\%^---\s*$/ end=/^---\s*$/ keepend contains=lucarneComment,lucarneKey,lucarneName,lucarneString,lucarneNumber
syntax match lucarneComment /^\s*#.*$/ contained
syntax match lucarneKey /^\(model\|sae\|images\|template\|answer\|baseline\|steer\)\ze\s*:/ contained
syntax match lucarneName /^\s\+[^:#]\+\ze:/ contained
syntax match lucarneString /"\([^"\\]\|\\.\)*"/ contained
syntax match lucarneNumber /:\s*\zs[-+]\?\d\+\(\.\d*\)\?\([eE][-+]\?\d\+\)\?\s*$/ contained
syntax match lucarneRole /^@\(system\|user\|assistant\)\s*$/
syntax match lucarneEscape /^@@/
syntax match lucarneImage /!\[[^]]*\]/

highlight default link lucarneFence PreProc
highlight default link lucarneComment Comment
highlight default link lucarneKey Keyword
highlight default link lucarneName Identifier
highlight default link lucarneString String
highlight default link lucarneNumber Number
highlight default link lucarneRole Title
highlight default link lucarneEscape SpecialChar
highlight default link lucarneImage Underlined

let b:current_syntax = 'lucarne'
