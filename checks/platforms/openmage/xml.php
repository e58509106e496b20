<?php
// Reads the XML of Magento 1's configuration without PHP's XML extensions, which a command line often lacks.
//
// No document type is accepted, so there are no entities but the five of XML itself and numbered characters.
//   $config = sr_openmage_xml($text)            the root element, or null where the text is not such XML
//   sr_openmage_text($config, 'global/db/host') the text of an element as it stands, '' where it is not there
//   sr_openmage_word($config, 'global/db/host') the same without the white space around it
//   sr_openmage_below($config, 'modules')       the elements within one: name => element

function sr_openmage_xml($text)
{
    $piece = '~\G(?:<!--.*?-->|<\?.*?\?\>|<!\[CDATA\[(?<cdata>.*?)\]\]>'
        . '|<(?<end>/?)(?<name>[A-Za-z_][\w.:-]*)(?<rest>(?:[^<>"\']|"[^"]*"|\'[^\']*\')*+)>|(?<text>[^<]+))~s';
    $open = array(sr_openmage_element(''));
    for ($at = 0, $count = 0; $at < strlen($text); $at += strlen($part[0]), $count++) {
        if ($count > 100000 || count($open) > 100 || !preg_match($piece, $text, $part, 0, $at)) {
            return null;
        }
        $top = count($open) - 1;
        if (isset($part['text'])) {
            $open[$top]['text'] .= html_entity_decode($part['text'], ENT_QUOTES, 'UTF-8');
        } elseif (strncmp($part[0], '<![CDATA[', 9) === 0) {
            $open[$top]['text'] .= $part['cdata'];
        } elseif (isset($part['name'])) {
            if ($part['end'] === '') {
                $open[] = sr_openmage_element($part['name']);
            } elseif ($top === 0 || $open[$top]['name'] !== $part['name']) {
                return null;
            }
            if ($part['end'] !== '' || substr($part['rest'], -1) === '/') {
                $done = array_pop($open);
                sr_openmage_put($open[count($open) - 1], $done);
            }
        }
    }
    return count($open) === 1 && count($open[0]['below']) === 1 ? reset($open[0]['below']) : null;
}

function sr_openmage_element($name)
{
    return array('name' => $name, 'text' => '', 'below' => array());
}

/** Puts an element into another; of two with one name, the later adds to the earlier. */
function sr_openmage_put(array &$parent, array $element)
{
    $name = $element['name'];
    if (!isset($parent['below'][$name])) {
        $parent['below'][$name] = $element;
        return;
    }
    foreach ($element['below'] as $inner) {
        sr_openmage_put($parent['below'][$name], $inner);
    }
    if (trim($element['text']) !== '') {
        $parent['below'][$name]['text'] = $element['text'];
    }
}

function sr_openmage_find($element, $path)
{
    foreach (explode('/', $path) as $name) {
        $element = isset($element['below'][$name]) ? $element['below'][$name] : null;
    }
    return $element;
}

function sr_openmage_text($element, $path)
{
    $found = sr_openmage_find($element, $path);
    return $found === null ? '' : $found['text'];
}

function sr_openmage_word($element, $path)
{
    return trim(sr_openmage_text($element, $path));
}

function sr_openmage_below($element, $path)
{
    $found = sr_openmage_find($element, $path);
    return $found === null ? array() : $found['below'];
}
