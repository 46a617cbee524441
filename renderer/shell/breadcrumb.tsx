import { Link, useLocation } from 'react-router'
import { Icon } from '../components/icon.tsx'
import { useCrumb } from './crumb.ts'
import { placeOf } from './places.ts'

export const Breadcrumb = () => {
  const { pathname } = useLocation()
  const crumb = useCrumb()
  const place = placeOf(pathname)
  const inside = place !== undefined && pathname !== place.path
  return (
    <nav className="breadcrumb" aria-label="Where you are">
      <ol>
        {place && (
          <li>
            {inside ? <Link to={place.path}>{place.title}</Link> : <span aria-current="page">{place.title}</span>}
          </li>
        )}
        {inside && (
          <li>
            <Icon name="right" size={12} />
            <span aria-current="page">{crumb}</span>
          </li>
        )}
      </ol>
    </nav>
  )
}
