import { Button, Collapse, Group, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useCall } from "../../engine/use-call.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { withPassword } from "./server-address.ts";
import styles from "./NewCollectionForm.module.css";

/** Makes a collection in the workspace, or makes or joins one on a server that a team shares. */
export function NewCollectionForm({ onCreated }: { onCreated: (collectionId: string) => void }) {
  const [isShared, setShared] = useState(false);
  const creation = useCall((engine, input: { name: string; server?: string }, options) =>
    engine.collections.create(input, options),
  );

  async function create(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const [name, address] = ["name", "address"].map((field) => String(fields.get(field) ?? "").trim());
    if (!name) return;
    const server = isShared && address ? withPassword(address, String(fields.get("password") ?? "")) : undefined;
    const created = await creation.run({ name, ...(server !== undefined && { server }) });
    if (created === null) return;
    form.reset();
    setShared(false);
    onCreated(created.id);
    // The field that had the focus may be gone now, and Escape with it.
    form.querySelector("input")?.focus();
  }

  return (
    <>
      <form onSubmit={(event) => void create(event)}>
        <Group gap="xs" align="end" wrap="nowrap">
          <TextInput
            name="name"
            size="xs"
            label="New collection"
            placeholder="Manuals"
            maxLength={80}
            required
            withAsterisk={false}
            style={{ flex: 1 }}
          />
          <Button type="submit" size="xs" variant="default" loading={creation.state.status === "running"}>
            {isShared ? "Create or join" : "Create"}
          </Button>
        </Group>
        <Button
          type="button"
          size="compact-xs"
          variant="subtle"
          mt={6}
          ml={-8}
          aria-expanded={isShared}
          aria-controls="shared-server"
          onClick={() => setShared(!isShared)}
        >
          {isShared ? "Keep it in this workspace" : "Keep it on a shared server…"}
        </Button>
        <Collapse expanded={isShared} id="shared-server">
          <div className={styles.server}>
            <TextInput
              name="address"
              size="xs"
              label="Server address"
              description="PostgreSQL with pgvector. Texts and vectors of the collection are kept there."
              placeholder="postgres://user@host:5432/database"
              maxLength={2000}
              autoComplete="off"
              spellCheck={false}
              required={isShared}
              withAsterisk={false}
              disabled={!isShared}
            />
            <PasswordInput
              name="password"
              size="xs"
              label="Password"
              description="Empty: from PGPASSWORD or ~/.pgpass"
              autoComplete="off"
              disabled={!isShared}
            />
          </div>
        </Collapse>
      </form>
      {creation.state.status === "failed" && (
        // In a picker that is full, what has just gone wrong would stand below its edge.
        <div ref={(notice) => notice?.scrollIntoView({ block: "nearest" })}>
          <FailureNotice failure={creation.state.failure} />
        </div>
      )}
    </>
  );
}
