<?php
// The modules and themes of a Magento 2 that are not the core's own, and whether their setup has run.
//
// A module is array('package' => its Composer package, or '' below app/code; 'version'; 'schema' => its setup_version,
// or ''; 'active' => bool or null; 'pending' => why its setup has not run, in words, or '').

/** Other people's modules, themes and language packs from Composer: package name => kind of software. */
function sr_magento_foreign($site)
{
    $packages = $site['packages'];
    $bundled = array();
    $next = array_keys(sr_magento_editions());
    $next[] = 'magento/magento-cloud-metapackage';
    while ($next) {
        $name = array_pop($next);
        if (isset($packages[$name]) && !isset($bundled[$name])) {
            $bundled[$name] = true;
            $next = array_merge($next, $packages[$name]['require']);
        }
    }
    $kinds = array('module' => 'module', 'component' => 'module', 'theme' => 'theme', 'language' => 'addon');
    $wanted = sr_pick(sr_magento_json($site['root'] . '/composer.json'), array('require'), array());
    $foreign = array();
    foreach ($packages as $name => $package) {
        $type = preg_replace('/^magento2-/', '', $package['type']);
        $ours = preg_match('#^(magento|mage-os|adobe-commerce|paypal)/#', $name);
        // What the edition brings along is its own, unless somebody asked for it besides.
        $brought = isset($bundled[$name]) && !(is_array($wanted) && isset($wanted[$name]));
        if (isset($kinds[$type]) && $type !== $package['type'] && !$ours && !$brought) {
            $foreign[$name] = $kinds[$type];
        }
    }
    // Adobe's B2B is the makers' own, but released and mended apart from the core.
    return $foreign
        + (isset($packages['magento/extension-b2b']) ? array('magento/extension-b2b' => 'module') : array());
}

/** Module name => module, of all packages and of app/code. */
function sr_magento_modules($site, SrAnswer $out)
{
    if ($site['lock'] === null && $site['vendor'] === null) {
        $reason = 'neither composer.lock nor vendor/composer/installed.json can be read: what is in vendor/ is unknown';
        $out->gap('software', 'modules', $reason, 'keep-composer-lock');
    }
    $modules = array();
    foreach ($site['packages'] as $package => $details) {
        foreach (sr_magento_module_files($site['root'] . "/vendor/$package", $details) as $file) {
            $modules += sr_magento_module($site, $file, $package, $details['version']);
        }
    }
    foreach (sr_magento_folders($site['root'] . '/app/code', 2, $out) as $folder) {
        $version = sr_magento_json_version("$folder/composer.json");
        $modules += sr_magento_module($site, "$folder/etc/module.xml", '', $version);
    }
    return $modules;
}

/** Where a package keeps its module.xml: at its top, beside a registration.php, or one folder down. */
function sr_magento_module_files($folder, array $details)
{
    if (!preg_match('/^magento2-(module|component)$/D', $details['type'])) {
        return array();
    }
    if (@is_file("$folder/etc/module.xml")) {
        return array("$folder/etc/module.xml");
    }
    $files = array();
    foreach ($details['files'] as $file) {
        if (basename($file) === 'registration.php' && strpos($file, '..') === false) {
            $files[] = $folder . '/' . dirname($file) . '/etc/module.xml';
        }
    }
    foreach ($files ? array() : (array) sr_list($folder) as $name) {
        $files[] = "$folder/$name/etc/module.xml";
    }
    return array_slice(array_filter($files, 'is_file'), 0, 50);
}

/** The folders $depth levels down; one that may not be read is a gap, one that is not there is nothing. */
function sr_magento_folders($folder, $depth, SrAnswer $out)
{
    $names = sr_list($folder);
    if ($names === null && sr_denied($folder)) {
        $out->gap('software', 'modules', sr_why($folder), sr_permission_remedy($folder), sr_cause($folder));
    }
    $found = array();
    foreach ($names === null ? array() : $names as $name) {
        if ($name[0] !== '.' && @is_dir("$folder/$name") && count($found) < 3000) {
            $inner = $depth > 1 ? sr_magento_folders("$folder/$name", $depth - 1, $out) : array("$folder/$name");
            $found = array_merge($found, $inner);
        }
    }
    return $found;
}

/** One module by its module.xml, as array(name => module); empty where the file names none. */
function sr_magento_module($site, $file, $package, $version)
{
    $text = (string) preg_replace('/<!--.*?-->/s', '', (string) sr_read($file, 65536));
    if (!preg_match('/<module\s[^>]*>/', $text, $tag)) {
        return array();
    }
    if (!preg_match('/\sname\s*=\s*["\']([A-Za-z0-9]+_\w+)["\']/', $tag[0], $name)) {
        return array();
    }
    $schema = preg_match('/\ssetup_version\s*=\s*["\']([\w.+-]{1,40})["\']/', $tag[0], $part) ? $part[1] : '';
    $known = $site['enabled'] === null || array_key_exists($name[1], $site['enabled']);
    $active = $site['enabled'] === null ? null : ($known ? $site['enabled'][$name[1]] : false);
    $pending = $active ? sr_magento_lag($name[1], $schema, $site['schemas']) : '';
    return array($name[1] => array(
        'package' => $package,
        'version' => $version,
        'schema' => $schema,
        'active' => $active,
        'pending' => $known ? $pending : 'setup:upgrade pending: app/etc/config.php does not know it',
    ));
}

/** Why the database is not where a module's files want it, in words; '' where it is, or where that is not known. */
function sr_magento_lag($name, $schema, $schemas)
{
    // Without a setup_version a module's schema is declarative, and setup_module holds nothing of it.
    if ($schemas === null || $schema === '') {
        return '';
    }
    foreach (isset($schemas[$name]) ? $schemas[$name] : array('') as $at) {
        $order = $at === '' ? -1 : version_compare($at, $schema);
        if ($order < 0) {
            $at = $at === '' ? 'holds nothing of it' : "is at $at";
            return "setup:upgrade pending: the database $at, the files want $schema";
        }
        if ($order > 0) {
            return "the database is at $at, the files are older and want $schema: an update was taken back by halves";
        }
    }
    return '';
}

/** Module name => its two versions in setup_module; null, with a gap, where there is no such table. */
function sr_magento_schemas($site, $db, SrAnswer $out)
{
    $query = 'SELECT module, schema_version, data_version FROM {setup_module} LIMIT 5000';
    $rows = sr_mage_rows($db, $site['prefix'], $query);
    if ($rows === null) {
        sr_mage_no_table($out, 'software', 'setup-versions', $site['prefix'], 'setup_module');
        return null;
    }
    $schemas = array();
    foreach ($rows as $row) {
        $schemas[$row['module']] = array((string) $row['schema_version'], (string) $row['data_version']);
    }
    return $schemas;
}

/** The core's own modules whose setup has not run, in words: a list of one, or empty. */
function sr_magento_pending($site, array $modules)
{
    $names = array();
    foreach ($modules as $name => $module) {
        $package = $module['package'];
        $own = $package === '' ? strpos($name, 'Magento_') === 0 : !isset($site['foreign'][$package]);
        if ($own && $module['pending'] !== '') {
            $names[] = $name;
        }
    }
    $more = count($names) > 5 ? ' and ' . (count($names) - 5) . ' more' : '';
    return $names ? array('setup:upgrade pending for ' . implode(', ', array_slice($names, 0, 5)) . $more) : array();
}

/** Adds other people's packages from Composer: modules, themes, language packs. */
function sr_magento_extensions($site, array $modules, SrAnswer $out)
{
    $own = array();
    foreach ($modules as $name => $module) {
        $own[$module['package']][$name] = $module;
    }
    foreach ($site['foreign'] as $package => $kind) {
        $inside = isset($own[$package]) ? $own[$package] : array();
        $unfinished = array_filter(array(sr_magento_differs($site, $package)));
        $active = null;
        foreach ($inside as $module) {
            $active = $active || $module['active'] ? true : $module['active'];
            $unfinished = array_merge($unfinished, array_filter(array($module['pending'])));
        }
        $out->software(array(
            'kind' => $kind,
            'key' => $package,
            'name' => count($inside) === 1 ? key($inside) : $package,
            'version' => $site['packages'][$package]['version'],
            'active' => $active,
            'unfinished' => implode('; ', array_slice(array_unique($unfinished), 0, 3)),
            'update' => sr_remedy('magento-module', array('package' => $package)),
        ));
    }
}

/** Adds modules that lie in app/code: their release where a composer.json names one; a schema number is none. */
function sr_magento_code(array $modules, SrAnswer $out)
{
    foreach ($modules as $name => $module) {
        if ($module['package'] !== '' || strpos($name, 'Magento_') === 0) {
            continue;
        }
        $schema = $module['schema'] === '' ? '' : ', schema ' . $module['schema'];
        $out->software(array(
            'kind' => 'module',
            'key' => $name,
            'name' => $module['version'] === null ? "$name (no release number$schema)" : $name,
            'version' => $module['version'],
            'active' => $module['active'],
            'unfinished' => $module['pending'],
        ));
    }
}

/** Adds themes that lie in app/design; which of them a shop shows is not asked. */
function sr_magento_themes($root, SrAnswer $out)
{
    foreach (array('frontend', 'adminhtml') as $area) {
        foreach (sr_magento_folders("$root/app/design/$area", 2, $out) as $folder) {
            $name = basename(dirname($folder)) . '/' . basename($folder);
            if (@is_file("$folder/theme.xml") && strpos($name, 'Magento/') !== 0) {
                $version = sr_magento_json_version("$folder/composer.json");
                $key = "$area/$name";
                $out->software(array('kind' => 'theme', 'key' => $key, 'name' => $name, 'version' => $version));
            }
        }
    }
}
