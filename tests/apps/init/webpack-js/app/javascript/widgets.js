import $ from 'jquery';

$('.widget').text('ready');
