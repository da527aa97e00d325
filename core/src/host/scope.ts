import 'reflect-metadata'; // tsyringe refuses to load without it
import { container as root, instanceCachingFactory, type DependencyContainer } from 'tsyringe';
import { ByomlError } from '../contracts/errors.ts';
import type { Needs, Services, Token } from '../contracts/services.ts';

/** The one place that knows tsyringe: a scope per host, a child scope per plugin. Disposes what it made in reverse order. */
export class Scope implements AsyncDisposable {
  readonly #services = new AsyncDisposableStack();
  readonly #children = new AsyncDisposableStack();
  readonly #container: DependencyContainer;

  private constructor(container: DependencyContainer) {
    this.#container = container;
    this.#services.defer(async () => container.dispose());
  }

  static root(): Scope {
    return new Scope(root.createChildContainer());
  }

  /** A scope that sees this one's services and is disposed with it. */
  child(): Scope {
    const child = new Scope(this.#container.createChildContainer());
    return this.#children.use(child);
  }

  /** Makes the service once, when it is first asked for. */
  provide<T>(token: Token<T>, make: (scope: Scope) => T): this {
    const cached = instanceCachingFactory(() => {
      const instance = make(this);
      this.#services.defer(async () => void (await dispose(instance)));
      return instance;
    });
    this.#container.register<T>(token, { useFactory: cached });
    return this;
  }

  get<T>(token: Token<T>): T {
    if (!this.#container.isRegistered(token, true)) throw new ByomlError('SERVICE_MISSING', `no service ${String(token.description)} in this host`, { details: { service: token.description } });
    return this.#container.resolve<T>(token);
  }

  /** The services a component asked for, under the names it wants. */
  pick<N extends Needs>(needs: N): Services<N> {
    return Object.fromEntries(Object.entries(needs).map(([name, token]) => [name, this.get(token)])) as Services<N>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _services = this.#services; // released last, and also when a child fails: children may use them until their end
    await using _children = this.#children;
  }
}

function dispose(instance: unknown): unknown {
  const candidate = instance as Partial<AsyncDisposable & Disposable> | null;
  return candidate?.[Symbol.asyncDispose]?.() ?? candidate?.[Symbol.dispose]?.();
}
