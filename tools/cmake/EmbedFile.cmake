# cmake -DIN=docs/openapi.yaml -DOUT=openapi.c -DNAME=OPENAPI -P EmbedFile.cmake: a file as a C array, with its length and a sum
# of it: NAME, NAME_LEN, NAME_SUM.
file(SHA256 "${IN}" sum)
string(SUBSTRING "${sum}" 0 16 sum)
file(READ "${IN}" bytes HEX)
string(REGEX MATCHALL "................................|.+$" rows "${bytes}")
list(TRANSFORM rows REPLACE "([0-9a-f][0-9a-f])" "0x\\1,")
list(JOIN rows "\n\t" bytes)
file(WRITE "${OUT}"
	"#include <stddef.h>\n\n"
	"extern const char ${NAME}_SUM[];\n"
	"extern const unsigned char ${NAME}[];\n"
	"extern const size_t ${NAME}_LEN;\n\n"
	"const char ${NAME}_SUM[] = \"${sum}\";\n"
	"const unsigned char ${NAME}[] = {\n\t${bytes}\n};\n"
	"const size_t ${NAME}_LEN = sizeof ${NAME};\n")
