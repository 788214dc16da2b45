// control.mjs - one command to the test control of a daemon, one line back.
import { connect } from 'node:net'

export function connectControl(path, command) {
	return new Promise((resolve, reject) => {
		const socket = connect(path)
		let text = ''
		socket.setEncoding('utf8')
		socket.on('connect', () => socket.write(`${command}\n`))
		socket.on('data', (chunk) => {
			text += chunk
			if (!text.includes('\n')) return
			socket.destroy()
			resolve(text.split('\n')[0])
		})
		socket.on('error', reject)
		socket.on('close', () => reject(new Error(`test control closed without an answer to: ${command}`)))
	})
}
