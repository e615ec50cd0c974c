// This module owns text with web addresses in it: each becomes a link that opens only when followed.

const ADDRESS = /(https?:\/\/[^\s;,)\]]+)/;

export function Linked({ text }: { text: string }) {
  return (
    <>
      {text.split(ADDRESS).map((part, index) =>
        index % 2 ? (
          <a key={part} href={part} rel="noreferrer noopener" target="_blank">
            {part.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "")}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}
