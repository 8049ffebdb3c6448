import $ from 'jquery';

const orders = {};

$('.widget')
  .text('ready')
  .on('click', () => orders.latest.open());
