"""PRICEWAR-TOY-1 in JAX, double precision, compiled scan over quarters. See docs/benchmarks.md."""

import functools
import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
FIRMS, QUARTERS = 10, 40


@functools.partial(jax.jit, static_argnums=0)
def _simulate(paths, key):
    i = jnp.arange(FIRMS)
    markup = 0.60 - 0.02 * i

    def quarter(state, t):
        size, taste, cost, fixed, cash, alive, key = state
        key, a, b, c = jax.random.split(key, 4)
        size = size * jnp.exp(0.06 - 0.05**2 / 2 + 0.05 * jax.random.normal(a, (paths,)))
        cost = cost * jnp.exp(-0.08 - 0.06**2 / 2 + 0.06 * jax.random.normal(b, (paths, FIRMS)))
        taste = taste + 0.10 * jax.random.normal(c, (paths, FIRMS))
        price = cost * (1 + markup * 0.97**t)
        weight = alive * jnp.exp(taste - price)
        share = weight / (1 + weight.sum(axis=1, keepdims=True))
        fixed = fixed * jnp.exp(0.015)
        cash = cash + alive * (size[:, None] * share * (price - cost) - fixed)
        dies = alive & (cash < 0)
        return (size, taste, cost, fixed, cash, alive & ~dies, key), dies.sum(axis=0)

    start = (
        jnp.full(paths, 4.0),
        jnp.tile(2 - 0.10 * i, (paths, 1)),
        jnp.tile(1 + 0.02 * i, (paths, 1)),
        0.10 - 0.003 * i,
        jnp.tile(2 - 0.08 * i, (paths, 1)),
        jnp.ones((paths, FIRMS), dtype=bool),
        key,
    )
    end, ruins = jax.lax.scan(quarter, start, jnp.arange(QUARTERS))
    return ruins.T, end[4].mean(axis=0)


def simulate(paths, seed):
    """Counts of ruins, shape (firms, quarters), and the mean cash at the end, shape (firms,)."""
    ruins, cash = _simulate(paths, jax.random.key(seed))
    return np.asarray(ruins), np.asarray(cash)
