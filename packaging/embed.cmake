# Writes OUTPUT, a source that defines the texts of src/pages/templates as constants of src/pages/page_templates.hpp.
# cmake -D SOURCE=DIR -D OUTPUT=FILE -P embed.cmake
set(text "#include \"src/pages/page_templates.hpp\"\n\nnamespace netrunner {\n\n")
foreach(name page.html page.css)
    file(READ ${SOURCE}/${name} content)
    string(REPLACE "." "_" constant ${name})
    string(APPEND text "constexpr char ${constant}_text[] = R\"template(${content})template\";\n")
    string(APPEND text "const std::string_view ${constant}{${constant}_text, sizeof ${constant}_text - 1};\n\n")
endforeach()
string(APPEND text "}  // namespace netrunner\n")
file(WRITE ${OUTPUT} "${text}")
