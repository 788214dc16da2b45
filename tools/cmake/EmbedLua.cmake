# cmake -DIN=commit.lua -DOUT=commit_lua.c -P EmbedLua.cmake: a Lua library as a C array. @SUM@ in it becomes the sum of the
# file, so that a daemon knows whether Redis has exactly this library.
file(READ "${IN}" text)
file(SHA256 "${IN}" sum)
string(SUBSTRING "${sum}" 0 16 sum)
string(REPLACE "@SUM@" "${sum}" text "${text}")
file(WRITE "${OUT}.tmp" "${text}")
file(READ "${OUT}.tmp" bytes HEX)
file(REMOVE "${OUT}.tmp")
string(REGEX MATCHALL "................................|.+$" rows "${bytes}")
list(TRANSFORM rows REPLACE "([0-9a-f][0-9a-f])" "0x\\1,")
list(JOIN rows "\n\t" bytes)
file(WRITE "${OUT}"
	"#include \"io/redis_commit.h\"\n\n"
	"const char COMMIT_LUA_SUM[] = \"${sum}\";\n"
	"const unsigned char COMMIT_LUA[] = {\n\t${bytes}\n};\n"
	"const size_t COMMIT_LUA_LEN = sizeof COMMIT_LUA;\n")
