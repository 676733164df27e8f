import { useEffect, useState, type FormEvent } from "react";

import { useFormat } from "../format";
import { useTexts } from "../i18n";
import { useTitle } from "../parts/title";
import { go } from "../router";
import { logIn, useHasExpired, useSession, type SignedIn } from "../session";

export function SignInPage({ next }: { next: string }) {
  const texts = useTexts();
  const session = useSession();
  const hasExpired = useHasExpired();
  useTitle(texts.signIn.title);
  useEffect(() => {
    // Only to a page of this application, whatever an address says.
    if (session) go(/^\/(?![/\\])/.test(next) ? next : "/", { replace: true });
  }, [session, next]);
  return (
    <div className="page narrow">
      <h1>{texts.signIn.title}</h1>
      {hasExpired && <p className="notice warn">{texts.signIn.expired}</p>}
      <SignInForm />
    </div>
  );
}

function SignInForm() {
  const texts = useTexts();
  const format = useFormat();
  const [isBusy, setBusy] = useState(false);
  const [found, setFound] = useState<SignedIn | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    setBusy(true);
    setFound(await logIn(String(said.get("email")), String(said.get("password"))));
    setBusy(false);
  };
  return (
    <form className="card sign-in" onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>{texts.signIn.email}</span>
        <input name="email" type="email" autoComplete="username" required maxLength={254} />
      </label>
      <label className="field">
        <span>{texts.signIn.password}</span>
        <input name="password" type="password" autoComplete="current-password" required minLength={12} maxLength={200} />
      </label>
      <button type="submit" className="button primary wide" disabled={isBusy}>{isBusy ? texts.signIn.busy : texts.signIn.submit}</button>
      <div role="alert">
        {found?.kind === "wrong" && <p className="bad-text">{texts.signIn.wrong}</p>}
        {found?.kind === "wait" && <p className="bad-text">{texts.signIn.wait(format.count(Math.ceil(found.ms / 1000)))}</p>}
        {found?.kind === "failed" && <p className="bad-text">{texts.failed.network}</p>}
      </div>
    </form>
  );
}
