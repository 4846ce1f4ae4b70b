/* tree.c -- the end of a tree of tsearch(), whose nodes mingw-w64 and macOS (search.h) have as below. */
#include <search.h>
#include <stdlib.h>

struct node {
    void        *key;
    struct node *left, *right;
};

void tdestroy(void *root, void (*free_key)(void *key))
{
    struct node *node = root;

    if (!node)
        return;
    tdestroy(node->left, free_key);
    tdestroy(node->right, free_key);
    free_key(node->key);
    free(node);
}
