#include "packed_image.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "formats/text/input.h"
#include "formats/text/json_tree.h"
#include "packed_layers.h"
#include "root.h"
#include "root_walk.h"

#define LIST_MAX   (4u << 20) /* bytes of a list in JSON */
#define IMAGES_MAX 256        /* of one archive */
#define LAYERS_MAX 1000       /* of all its images */
#define INDEX_MAX  4          /* lists of images within another */

/* Where an image's files are: in an archive, below its folder `base`, or in a folder. */
struct store {
    struct packed *archive; /* NULL: a folder */
    uint32_t       base;
    int            folder;

    struct packed *image; /* that is made */
    int            images;
};

static int find_blob(const struct store *store, const char *path, uint32_t *ret)
{
    return packed_find(store->archive, store->base, path, 0, true, ret);
}

static int open_blob(const struct store *store, const char *path)
{
    struct stat st;
    int         fd =
        root_walk_open(store->folder, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, NULL);

    if (fd < 0)
        return fd;
    int r = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

/* Lists -------------------------------------------------------------------------- */

static int read_all(int fd, char *data, size_t size)
{
    size_t  done = 0;
    ssize_t n = 1;

    while (done < size && (n = input_pread(fd, data + done, size - done, (off_t)done)) > 0)
        done += (size_t)n;
    return n < 0 ? (int)n : done < size ? -EBADMSG : 0;
}

/* The bytes of a list, and how many, which must be few. */
static int read_blob(const struct store *store, const char *path, char **ret, size_t *ret_size)
{
    struct stat st = {0};
    uint32_t    node = 0;
    int         fd = -1, r;

    if (store->archive) {
        r = find_blob(store, path, &node);
        if (r == 0)
            packed_stat(store->archive, node, &st);
    } else {
        fd = open_blob(store, path);
        r = fd < 0 ? fd : fstat(fd, &st) < 0 ? -errno : 0;
    }
    if (r == 0 && (st.st_size < 2 || st.st_size > LIST_MAX))
        r = -EBADMSG;
    char *data = r == 0 ? malloc((size_t)st.st_size) : NULL;
    if (r == 0)
        r = !data            ? -ENOMEM
            : store->archive ? packed_read(store->archive, node, data, (size_t)st.st_size)
                             : read_all(fd, data, (size_t)st.st_size);
    if (fd >= 0)
        close(fd);
    if (r < 0) {
        free(data);
        return r;
    }
    *ret = data;
    *ret_size = (size_t)st.st_size;
    return 0;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(member) ? member->valuestring : "";
}

/* Sums ---------------------------------------------------------------------------- */

/* The SHA-256 in "sha256:0123...", or in "blobs/sha256/0123...", the path of a blob; "" where it is none. */
static const char *sum_in(const char *text)
{
    static const char *const begins[] = {"sha256:", "blobs/sha256/"};

    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        size_t size = strlen(begins[i]);
        if (strncmp(text, begins[i], size) == 0 && strlen(text) == size + 64 &&
            strspn(text + size, "0123456789abcdef") == 64)
            return text + size;
    }
    return "";
}

static bool has_sum(const char *path, const char *data, size_t size)
{
    char sum[SHA256_DIGEST_STRING_LENGTH];

    return !*sum_in(path) ||
           strcmp(SHA256Data((const uint8_t *)data, size, sum), sum_in(path)) == 0;
}

/* The path of a blob by its digest, "sha256:0123...": false where it is not one. */
static bool blob_path(const char *digest, char ret[256])
{
    size_t name = strcspn(digest, ":"), size = strlen(digest);

    if (!name || name > 16 || digest[name] != ':' || size > 160 || size < name + 9)
        return false;
    for (size_t i = 0; i < size; i++)
        if (i != name && !isalnum((unsigned char)digest[i]))
            return false;
    snprintf(ret, 256, "blobs/%.*s/%s", (int)name, digest, digest + name + 1);
    return true;
}

/* Images -------------------------------------------------------------------------- */

/* Note of the image what is missing of it: its first trouble has a text. */
static int note(struct packed *image, const char *path, int error)
{
    char text[400];

    if (error == -ENOMEM || error == -ECANCELED)
        return error;
    image->lost[PACKED_LAYER]++;
    bool damaged = error == -ENOENT || error == -EILSEQ;
    image->error = image->error ? image->error : damaged ? -EBADMSG : error;
    if (image->trouble)
        return 0;
    snprintf(text, sizeof text, "a part of a container's image is %s: %s",
             error == -ENOENT    ? "missing"
             : error == -ENOKEY  ? "encrypted"
             : error == -EFBIG   ? "too large"
             : error == -ENOTSUP ? "of an unknown kind"
             : error == -EILSEQ  ? "altered: its SHA-256 is not what the image says"
                                 : "damaged",
             path);
    image->trouble = arena_strndup(&image->names, text, strlen(text));
    return image->names.failed ? -ENOMEM : 0;
}

/* NULL where there is none; *ret_error says why. One whose name is its sum, and is not, is noted, and read. */
static cJSON *read_list(const struct store *store, const char *path, int *ret_error)
{
    char  *data;
    size_t size;
    cJSON *list = NULL;

    *ret_error = read_blob(store, path, &data, &size);
    if (*ret_error == 0) {
        *ret_error = json_tree(data, size, &list);
        if (list && !has_sum(path, data, size) && note(store->image, path, -EILSEQ) < 0) {
            cJSON_Delete(list);
            list = NULL;
            *ret_error = -ENOMEM;
        }
        free(data);
    }
    return list;
}

static void add_losses(struct packed *image, const struct packed *part)
{
    for (size_t i = 0; i < PACKED_LOSSES; i++)
        image->lost[i] += part->lost[i];
}

static int open_layer(const struct store *store, const char *path, const struct packed_sums *sums,
                      struct packed **ret)
{
    uint32_t node;
    int      r;

    if (!store->archive) {
        r = open_blob(store, path);
        return r < 0 ? r : packed_layer_file(r, path, sums, store->image, ret);
    }
    r = find_blob(store, path, &node);
    return r < 0 ? r : packed_layer_member(store->archive, node, path, sums, store->image, ret);
}

/* The layer at a path, which another image may have too; NULL where it cannot be read. */
static int layer_at(struct store *store, const char *path, const char *expanded, bool encrypted,
                    struct packed **ret)
{
    struct packed *image = store->image;

    *ret = NULL;
    for (size_t i = 0; i < image->n_layers; i++)
        if (strcmp(image->layers[i]->path, path) == 0) {
            *ret = image->layers[i];
            return 0;
        }
    struct packed     *layer = NULL;
    struct packed_sums sums;
    snprintf(sums.kept, sizeof sums.kept, "%s", sum_in(path));
    snprintf(sums.expanded, sizeof sums.expanded, "%s", expanded);
    int r = encrypted                       ? -ENOKEY
            : image->n_layers == LAYERS_MAX ? -EFBIG
                                            : open_layer(store, path, &sums, &layer);
    if (r < 0)
        return note(image, path, r);
    struct packed **added = ARRAY_ADD(image->layers, image->n_layers);
    if (!added) {
        packed_unref(layer);
        return -ENOMEM;
    }
    *added = *ret = layer;
    layer->number = (uint16_t)(image->n_layers - 1);
    add_losses(image, layer);
    return layer->error     ? note(image, path, layer->error)
           : layer->altered ? note(image, path, -EILSEQ)
                            : 0;
}

/* A name for the folder of an image: what is after the last slash of what it is called. */
static void folder_name(const struct store *store, const char *called, char ret[ROOT_NAME_MAX + 1])
{
    const char *slash = strrchr(called, '/');
    uint32_t    other;

    called = slash ? slash + 1 : called;
    if (!*called || strlen(called) > 200 || *called == '.')
        called = "image";
    snprintf(ret, ROOT_NAME_MAX + 1, "%s", called);
    for (int i = 2; packed_find(store->image, PACKED_TOP, ret, 0, false, &other) == 0; i++)
        snprintf(ret, ROOT_NAME_MAX + 1, "%s-%d", called, i);
}

/* Begin an image: the folder that it is in. */
static int begin_image(struct store *store, const char *called, uint32_t *ret)
{
    char name[ROOT_NAME_MAX + 1];

    folder_name(store, called, name);
    store->images++;
    return packed_add_child(store->image, PACKED_TOP, name, ret);
}

/* The sums of what layers expand to, "rootfs": {"diff_ids": [...]} of an image's configuration: a list that is part
 * of *ret_config, which the caller deletes, or NULL. */
static int sums_of(const struct store *store, const char *path, cJSON **ret_config, cJSON **ret)
{
    int error;

    *ret = NULL;
    if (!*path) {
        *ret_config = NULL;
        return 0;
    }
    *ret_config = read_list(store, path, &error);
    *ret = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(*ret_config, "rootfs"),
                                            "diff_ids");
    return *ret_config ? 0 : note(store->image, path, error);
}

/* What an image is made of: `config` is the path of its configuration, "" where it has none; `path_of` gives the
 * path of a layer, false where it is not one. */
struct made_of {
    const char  *called, *config;
    const cJSON *layers;
    bool (*path_of)(const cJSON *item, char ret[ROOT_PATH_MAX]);
};

/* Put one layer below those that are put. */
static int put_layer(struct store *store, const struct made_of *made, uint32_t top, int i,
                     const cJSON *sums)
{
    const cJSON   *item = cJSON_GetArrayItem(made->layers, i);
    const char    *sum = cJSON_GetStringValue(cJSON_GetArrayItem(sums, i));
    char           path[ROOT_PATH_MAX];
    struct packed *layer;

    if (!made->path_of(item, path))
        return note(store->image, made->called, -ENOTSUP);
    int r = layer_at(store, path, sum_in(sum ? sum : ""),
                     strstr(text_of(item, "mediaType"), "encrypted") != NULL, &layer);
    return r == 0 && layer ? packed_put_layer(store->image, top, layer) : r;
}

/* Put the layers of an image over one another: the last is the uppermost. */
static int put_layers(struct store *store, const struct made_of *made)
{
    cJSON   *config, *sums;
    uint32_t top;
    int      n = cJSON_GetArraySize(made->layers), r = begin_image(store, made->called, &top);

    if (r < 0 || !top)
        return r;
    r = sums_of(store, made->config, &config, &sums);
    if (cJSON_GetArraySize(sums) != n) /* of which layer each is, is not known */
        sums = NULL;
    for (int i = n - 1; r == 0 && i >= 0; i--)
        r = put_layer(store, made, top, i, sums);
    cJSON_Delete(config);
    packed_end_layers(store->image);
    return r;
}

/* docker save ---------------------------------------------------------------------- */

static bool path_of_name(const cJSON *item, char ret[ROOT_PATH_MAX])
{
    const char *path = cJSON_IsString(item) ? item->valuestring : "";

    path += strspn(path, "./");
    return *path && strlen(path) < ROOT_PATH_MAX && strcpy(ret, path);
}

/* What `docker save` lists; others call their lists so too. */
static bool is_docker(const cJSON *image)
{
    return cJSON_GetObjectItemCaseSensitive(image, "Layers") &&
           (cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(image, "Layers")) ||
            cJSON_GetObjectItemCaseSensitive(image, "Config") ||
            cJSON_GetObjectItemCaseSensitive(image, "RepoTags"));
}

/* manifest.json: [{"RepoTags": [...], "Layers": [...]}]. 1 with images, 0 without any. */
static int read_docker(struct store *store, const cJSON *list)
{
    const cJSON *image;
    int          r = 0;

    if (!cJSON_IsArray(list))
        return 0;
    cJSON_ArrayForEach(image, list)
    {
        const cJSON *layers = cJSON_GetObjectItemCaseSensitive(image, "Layers");
        const cJSON *tag =
            cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(image, "RepoTags"), 0);
        if (store->images == IMAGES_MAX || !is_docker(image))
            continue;
        if (!cJSON_IsArray(layers) && !cJSON_IsNull(layers) &&
            (r = note(store->image, "manifest.json, Layers", -ENOTSUP)) < 0)
            return r;
        r = put_layers(store,
                       &(struct made_of){cJSON_IsString(tag) ? tag->valuestring : "",
                                         text_of(image, "Config"),
                                         cJSON_IsArray(layers) ? layers : NULL, path_of_name});
        if (r < 0)
            return r;
    }
    return store->images > 0;
}

/* OCI ------------------------------------------------------------------------------- */

static bool path_of_digest(const cJSON *item, char ret[ROOT_PATH_MAX])
{
    return blob_path(text_of(item, "digest"), ret);
}

/* Whether the first layer is one: signatures, charts and other things are kept as images are. */
static bool has_layers(const cJSON *manifest)
{
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(manifest, "layers");
    const char  *kind = text_of(cJSON_GetArrayItem(layers, 0), "mediaType");

    return cJSON_IsArray(layers) && (strstr(kind, "image.layer") || strstr(kind, "image.rootfs"));
}

/* What an image is called: by its tag, its platform or its digest. */
static void image_name(const cJSON *item, char ret[256])
{
    const cJSON *notes = cJSON_GetObjectItemCaseSensitive(item, "annotations");
    const cJSON *platform = cJSON_GetObjectItemCaseSensitive(item, "platform");
    const char  *name = text_of(notes, "io.containerd.image.name");
    const char  *digest = strchr(text_of(item, "digest"), ':');

    name = *name ? name : text_of(notes, "org.opencontainers.image.ref.name");
    if (*name)
        snprintf(ret, 256, "%s", name);
    else if (*text_of(platform, "architecture"))
        snprintf(ret, 256, "%s-%s", text_of(platform, "os"), text_of(platform, "architecture"));
    else
        snprintf(ret, 256, "%.12s", digest ? digest + 1 : "");
}

static int read_index(struct store *store, const cJSON *list, unsigned depth);

/* A manifest or a list of manifests, by its descriptor. */
static int read_item(struct store *store, const cJSON *item, unsigned depth)
{
    char name[256], path[256], config[256];
    int  error, r = 0;

    if (!blob_path(text_of(item, "digest"), path) || store->images == IMAGES_MAX)
        return 0;
    cJSON *list = read_list(store, path, &error);
    if (!list)
        return note(store->image, path, error);
    image_name(item, name);
    if (!blob_path(text_of(cJSON_GetObjectItemCaseSensitive(list, "config"), "digest"), config))
        *config = '\0';
    if (has_layers(list))
        r = put_layers(store, &(struct made_of){name, config,
                                                cJSON_GetObjectItemCaseSensitive(list, "layers"),
                                                path_of_digest});
    else if (depth < INDEX_MAX)
        r = read_index(store, list, depth + 1);
    cJSON_Delete(list);
    return r;
}

static int read_index(struct store *store, const cJSON *list, unsigned depth)
{
    const cJSON *item;
    int          r = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(list, "manifests"))
    {
        r = read_item(store, item, depth);
        if (r < 0)
            break;
    }
    return r;
}

/* All ---------------------------------------------------------------------------------- */

static int read_images(struct store *store)
{
    int    error, r = 0;
    cJSON *list = read_list(store, "manifest.json", &error);

    if (error == -ENOMEM)
        return error;
    r = read_docker(store, list);
    cJSON_Delete(list);
    if (r != 0)
        return r;
    char  *mark;
    size_t size;
    r = read_blob(store, "oci-layout", &mark, &size);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    free(mark);
    list = read_list(store, "index.json", &error);
    r = error == -ENOMEM ? error : read_index(store, list, 0);
    cJSON_Delete(list);
    return r < 0 ? r : store->images > 0;
}

/* Begin an empty tree in the place of a file. */
static int new_image(const char *path, const struct stat *st, struct packed **ret)
{
    struct packed *image = calloc(1, sizeof *image);

    if (!image || !(image->path = strdup(path))) {
        free(image);
        return -ENOMEM;
    }
    image->references = 1;
    image->fd = -1;
    image->was = *st;
    image->most = PACKED_MEMBERS_MAX;
    image->room_kept = KEPT_ALL;
    int r = packed_begin(image);
    if (r < 0) {
        packed_unref(image);
        return r;
    }
    *ret = image;
    return 0;
}

/* 1 with images in the store, 0 without any, or a negative errno. */
static int make_image(struct store *store)
{
    int r = read_images(store);

    int closed = r > 0 ? packed_close_layers(store->image, store->images == 1) : 0;
    return closed < 0 ? closed : r;
}

/* The folder in an archive where the files of an image are: its top, or the only folder there. */
static uint32_t base_of(const struct packed *archive)
{
    uint32_t    first = packed_first(archive, PACKED_TOP);
    struct stat st;

    if (!first || packed_next(archive, first))
        return PACKED_TOP;
    packed_stat(archive, first, &st);
    return S_ISDIR(st.st_mode) ? first : PACKED_TOP;
}

int packed_image_inside(struct packed **packed)
{
    struct store store = {.archive = *packed, .base = base_of(*packed), .folder = -1};
    uint32_t     node;

    if (find_blob(&store, "manifest.json", &node) < 0 && find_blob(&store, "index.json", &node) < 0)
        return 0;
    int r = new_image((*packed)->path, &(*packed)->was, &store.image);
    if (r < 0)
        return r;
    r = make_image(&store);
    if (r <= 0) {
        packed_unref(store.image);
        return r;
    }
    add_losses(store.image, *packed);
    store.image->error = store.image->error ? store.image->error : (*packed)->error;
    packed_unref(*packed);
    *packed = store.image;
    return 0;
}

bool packed_image_lists(const char *name)
{
    const char *slash = strrchr(name, '/');

    name = slash ? slash + 1 : name;
    return strcmp(name, "index.json") == 0 || strcmp(name, "manifest.json") == 0;
}

int packed_image_listed(int fd, const char *path, const struct stat *st, struct packed **ret)
{
    const char  *slash = strrchr(path, '/');
    char        *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    struct store store = {.folder = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1};

    close(fd);
    int r = !dir ? -ENOMEM : store.folder < 0 ? -errno : new_image(path, st, &store.image);
    free(dir);
    if (r == 0)
        r = make_image(&store);
    if (store.folder >= 0)
        close(store.folder);
    if (r <= 0) {
        packed_unref(store.image);
        return r < 0 ? r : -ENOTDIR;
    }
    *ret = store.image;
    return 0;
}
