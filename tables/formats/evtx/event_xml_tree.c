#include "event_xml_tree.h"

#include <errno.h>
#include <expat.h>
#include <stdbool.h>
#include <string.h>

#include "formats/text/buffer.h"

#define DEPTH_MAX 32
#define TEXT_MAX  (16u << 20) /* bytes */

struct tree {
    XML_Parser parser;
    cJSON   *open[DEPTH_MAX]; /* elements that are not ended yet; each is in its parent, or root */
    cJSON   *root;
    unsigned depth;
    struct buffer text;
    int           error;
};

static void fail(struct tree *tree, int error)
{
    tree->error = error;
    XML_StopParser(tree->parser, XML_FALSE);
}

static cJSON *add_attributes(cJSON *element, const XML_Char **attributes)
{
    cJSON *list = NULL;

    for (; *attributes; attributes += 2) {
        if (!list)
            list = cJSON_AddObjectToObject(element, "#attributes");
        if (!list || !cJSON_AddStringToObject(list, attributes[0], attributes[1]))
            return NULL;
    }
    return element;
}

static const char *attribute(const cJSON *element, const char *name)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(element, "#attributes");

    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(list, name));
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct tree *tree = data;

    if (tree->error) /* expat calls on after XML_StopParser() */
        return;
    if (tree->depth == DEPTH_MAX) {
        fail(tree, -EBADMSG);
        return;
    }
    cJSON *element = cJSON_CreateObject();
    if (!element || !add_attributes(element, attributes)) {
        cJSON_Delete(element);
        fail(tree, -ENOMEM);
        return;
    }
    const char *given = strcmp(name, "Data") == 0 ? attribute(element, "Name") : NULL;
    if (!tree->root)
        tree->root = element;
    else if (!cJSON_AddItemToObject(tree->open[tree->depth - 1], given ? given : name, element)) {
        cJSON_Delete(element);
        fail(tree, -ENOMEM);
        return;
    }
    tree->open[tree->depth++] = element;
    buffer_reset(&tree->text);
}

static void XMLCALL on_text(void *data, const XML_Char *text, int size)
{
    struct tree *tree = data;

    buffer_put(&tree->text, text, (size_t)size);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* An element whose only other content is its name becomes its text. It is the last of
 * its parent. */
static void become_text(struct tree *tree, cJSON *element, const char *text)
{
    cJSON *parent = tree->open[tree->depth - 1];
    cJSON *string = cJSON_CreateString(text);

    cJSON_DetachItemViaPointer(parent, element);
    if (!string || !cJSON_AddItemToObject(parent, element->string, string)) {
        cJSON_Delete(string);
        fail(tree, -ENOMEM);
    }
    cJSON_Delete(element);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct tree *tree = data;
    bool         only_text = true;

    if (tree->error)
        return;
    cJSON      *element = tree->open[--tree->depth], *list;
    const char *text = buffer_text(&tree->text);

    cJSON_ArrayForEach(list, element) only_text &= strcmp(list->string, "#attributes") == 0;
    list = cJSON_GetObjectItemCaseSensitive(element, "#attributes");
    bool plain = !list || (strcmp(name, "Data") == 0 && attribute(element, "Name"));
    if (!text)
        fail(tree, -ENOMEM);
    else if (only_text && plain && tree->depth)
        become_text(tree, element, text);
    else if (only_text && !is_blank(text) && !cJSON_AddStringToObject(element, "#text", text))
        fail(tree, -ENOMEM);
    buffer_reset(&tree->text);
}

/* No document type, so no entities that grow. */
static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    fail(data, -EBADMSG);
}

int event_xml_tree(const char *xml, size_t size, cJSON **ret)
{
    struct tree tree = {.parser = size > TEXT_MAX ? NULL : XML_ParserCreate("UTF-8")};

    *ret = NULL;
    if (!tree.parser)
        return size > TEXT_MAX ? -EBADMSG : -ENOMEM;
    XML_SetUserData(tree.parser, &tree);
    XML_SetElementHandler(tree.parser, on_start, on_end);
    XML_SetCharacterDataHandler(tree.parser, on_text);
    XML_SetStartDoctypeDeclHandler(tree.parser, on_doctype);
    bool good = XML_Parse(tree.parser, xml, (int)size, 1) == XML_STATUS_OK;
    bool no_memory = !good && XML_GetErrorCode(tree.parser) == XML_ERROR_NO_MEMORY;
    XML_ParserFree(tree.parser);
    buffer_free(&tree.text);
    int r = tree.error ? tree.error : no_memory ? -ENOMEM : good ? 0 : -EBADMSG;
    if (r == 0)
        *ret = tree.root;
    else
        cJSON_Delete(tree.root);
    return r;
}
