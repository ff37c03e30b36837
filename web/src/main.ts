import { mount } from 'svelte'
import { inlinedBoard } from './api/endpoints'
import App from './shell/App.svelte'
import './shell/tokens.css'
import './shell/base.css'
import { board } from './state/board.svelte'

const first = inlinedBoard()
if (first) board.take(first)

const target = document.getElementById('app')
if (target) mount(App, { target })
