/** An SVG as PNG, two pixels a point. */

const ZOOM = 2;

/** Fonts are the reader's own: the picture names system fonts behind its first choice. */
export async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(ZOOM * image.naturalWidth);
    canvas.height = Math.ceil(ZOOM * image.naturalHeight);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) =>
        blob
          ? resolve(blob)
          : reject(
              new Error(
                `PNG: expected a picture that this browser holds, got ${canvas.width} × ${canvas.height} pixels`,
              ),
            ),
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
