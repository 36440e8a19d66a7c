# What a document becomes when it is installed (sed -E): all documents stand in one folder, and a link to a file that is
# not installed becomes plain text. `@` marks the links that stay.
s/\]\((\.\.\/|docs\/)?((README|CHANGELOG|live|recipes|messages|glossary)\.md(#[^)]*)?)\)/](@\2)/g
s/\]\((https?:[^)]*)\)/](@\1)/g
s/!?\[([^][]*)\]\([^@)][^)]*\)/\1/g
s/\]\(@/](/g
