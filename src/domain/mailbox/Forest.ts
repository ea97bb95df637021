/**
 * Trees that are joined and cut, and the question for a node's root: in logarithmic time on average, however deep they
 * are (link-cut trees of Sleator and Tarjan). A walk from child to parent would let hostile mail make it quadratic.
 *
 * Each tree is laid out as paths, each path as a splay tree ordered by depth; `up` of the top of a splay tree names the
 * node that the path hangs from.
 */

const NONE = -1

export interface Forest {
  /** Makes a root the child of a node in another tree. */
  readonly link: (root: number, parent: number) => void
  /** Makes a child the root of its own tree. */
  readonly cut: (child: number) => void
  readonly rootOf: (node: number) => number
}

/** Nodes 0 to `size - 1`, each a tree of its own. */
export const make = (size: number): Forest => {
  const [up, left, right] = [0, 1, 2].map(() => new Int32Array(size).fill(NONE)) as [Int32Array, Int32Array, Int32Array]

  const isTop = (node: number): boolean => {
    const above = up[node] as number
    return above === NONE || (left[above] !== node && right[above] !== node)
  }

  /** `node` takes the place of the one above it in their splay tree. */
  const rotate = (node: number): void => {
    const above = up[node] as number
    const top = up[above] as number
    const [near, far] = left[above] === node ? [left, right] : [right, left]
    if (!isTop(above)) (left[top] === above ? left : right)[top] = node
    const moved = far[node] as number
    near[above] = moved
    if (moved !== NONE) up[moved] = above
    far[node] = above
    up[above] = node
    up[node] = top
  }

  const splay = (node: number): void => {
    while (!isTop(node)) {
      const above = up[node] as number
      if (!isTop(above)) {
        const top = up[above] as number
        rotate((left[above] === node) === (left[top] === above) ? above : node)
      }
      rotate(node)
    }
  }

  /** Makes the way from the root to `node` one path, with `node` at its end and on top. */
  const access = (node: number): void => {
    let below = NONE
    for (let at = node; at !== NONE; at = up[at] as number) {
      splay(at)
      right[at] = below
      below = at
    }
    splay(node)
  }

  return {
    link: (root, parent) => {
      access(root)
      up[root] = parent
    },
    cut: (child) => {
      access(child)
      const above = left[child] as number
      if (above === NONE) return
      up[above] = NONE
      left[child] = NONE
    },
    rootOf: (node) => {
      access(node)
      let root = node
      while (left[root] !== NONE) root = left[root] as number
      splay(root)
      return root
    }
  }
}
