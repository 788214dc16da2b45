/* scan.ts - reads a code with the phone's camera, where the browser can; the picture never leaves the phone. */

interface Found {
	rawValue: string;
}
interface Detector {
	detect(from: HTMLVideoElement): Promise<Found[]>;
}
type DetectorClass = new (how: { formats: string[] }) => Detector;

const FORMATS = ['qr_code', 'data_matrix', 'code_128', 'code_39'];
const LOOK_EVERY_MS = 200;

const detectorClass = (): DetectorClass | undefined =>
	(globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

export function canScan(): boolean {
	return detectorClass() !== undefined && typeof navigator.mediaDevices?.getUserMedia === 'function';
}

/** What the first code in sight says; null when it was stopped. Rejects without a camera, or when it is not allowed. */
export async function scanCode(video: HTMLVideoElement, stop: AbortSignal): Promise<string | null> {
	const Class = detectorClass();
	if (Class === undefined) throw new Error('no detector');
	const detector = new Class({ formats: FORMATS });
	const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
	try {
		video.srcObject = stream;
		await video.play();
		while (!stop.aborted) {
			const [found] = await detector.detect(video);
			if (found !== undefined && found.rawValue !== '') return found.rawValue;
			await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
		}
		return null;
	} finally {
		for (const track of stream.getTracks()) track.stop();
		video.srcObject = null;
	}
}
