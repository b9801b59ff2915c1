/* replay.c: feeds each file named on the command line to a fuzz program, where libFuzzer's own main is not linked. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f || fseek(f, 0, SEEK_END)) {
			(void)fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
		long size = ftell(f);
		rewind(f);
		uint8_t *data =
			malloc(size > 0 ? (size_t)size : 1); /* exactly its size: the sanitizer sees one byte more */
		if (!data || size < 0 || fread(data, 1, (size_t)size, f) != (size_t)size) {
			(void)fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
		(void)fclose(f);
		(void)LLVMFuzzerTestOneInput(data, (size_t)size);
		free(data);
	}
	return 0;
}
